exports.handler = async () => "in folders";
