const cycle = {};
cycle.cycle = cycle;

const results = {
  nothing: undefined,
  dates: [new Date(0)],
  numbers: [1, 1.0, 1e21, NaN, Infinity, -0],
  undefineds: { kept: null, dropped: undefined, list: [undefined] },
  own: { toJSON: () => "its own form" },
  map: new Map([["lost", 1]]),
  big: 1n,
  cycle,
};

exports.handler = async ({ how, value }) => (how ? results[how] : value);
