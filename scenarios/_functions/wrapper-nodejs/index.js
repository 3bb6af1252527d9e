exports.handler = async (event) => ({ WRAPPER_VAR: process.env.WRAPPER_VAR, event });
