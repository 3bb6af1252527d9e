exports.handler = async () => "CommonJS";
exports.inner = { most: { handler: async () => "nested" } };
