export const handler = async () => "ES module by its package.json";
