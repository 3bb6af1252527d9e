import forAll from "for-all";
import for20 from "for-20";

export const handler = async () => [forAll, for20];
