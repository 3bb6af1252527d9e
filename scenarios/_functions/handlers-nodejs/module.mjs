const ready = await Promise.resolve("ES module, after an await at its top level");

export const handler = async () => ready;
