const atInit = process.env._X_AMZN_TRACE_ID ?? null;

exports.handler = async (event) => ({
  variables: Object.fromEntries((event.names ?? []).map((name) => [name, process.env[name] ?? null])),
  started: [process.execPath, ...process.execArgv.filter((option) => option.startsWith("--max")), ...process.argv.slice(1)],
  folder: process.cwd(),
  trace_at_init: atInit,
});
