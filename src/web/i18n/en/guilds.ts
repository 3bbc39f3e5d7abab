export const guilds = {};
