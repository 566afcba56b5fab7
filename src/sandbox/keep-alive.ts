/**
 * How long the stand-ins keep an idle connection. Node's five seconds would end some of them on a busy machine just as they
 * are picked for the next request, which looks like an outage that nobody asked for.
 */
export const keepAlive = { keepAliveTimeout: 75_000 } as const;
