let asked = 0;

const ways = {
  exit: (status) => process.exit(status),
  kill: (signal) => process.kill(process.pid, signal),
  throw: () => setImmediate(() => { throw new TypeError("nobody catches it"); }),
  reject: () => void Promise.reject(new TypeError("nobody handles it")),
  never: () => new Promise(() => {}),
};

exports.handler = async ({ how, value, result }) => {
  asked += 1;
  if (!how) return asked;
  if (result) {
    ways[how](value);
    return result;
  }
  await ways[how](value);
  await new Promise((resolve) => setTimeout(resolve, 5000));
};
