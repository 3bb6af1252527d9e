console.log("while the module is loaded");

exports.handler = async (event) => {
  for (const [how, ...values] of event.write) {
    if (how === "stdout") process.stdout.write(values[0]);
    else if (how === "exception") console.error(values[0], new TypeError(values[1]));
    else if (how === "alone") console.error(new TypeError(values[0]));
    else console[how](...values);
  }
  if (event.fail) throw new Error(event.fail);
};
