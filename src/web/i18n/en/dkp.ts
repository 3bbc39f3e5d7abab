export const dkp = {};
