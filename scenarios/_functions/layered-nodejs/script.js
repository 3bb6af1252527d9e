const packages = [require("for-all"), require("for-20")];

exports.handler = async () => packages;
