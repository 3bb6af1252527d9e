let asked = 0;

exports.handler = async ({ megabytes = 0 }) => {
  asked += 1;
  const kept = [];
  for (let i = 0; i < megabytes; i += 1) {
    kept.push(Buffer.alloc(1 << 20, 1));
    if (i % 8 === 0) await new Promise(setImmediate);
  }
  return { asked, megabytes: kept.length };
};
