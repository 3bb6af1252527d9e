exports.text = "no function";
exports.inner = {};
