class OrderError extends Error {
  constructor(message, details) {
    super(message);
    this.name = "OrderError";
    Object.assign(this, details);
  }
}

const ways = {
  error: () => new Error("an error"),
  type: () => new TypeError("größe 🌍"),
  own: () => new OrderError("a class of its own", { code: "E_ORDER", order: { id: 7 } }),
  caused: () => new Error("outer", { cause: new Error("inner") }),
  text: () => "a text",
  number: () => 17,
  object: () => ({ any: "object" }),
  nothing: () => undefined,
};

exports.handler = async ({ how }) => {
  throw ways[how]();
};
