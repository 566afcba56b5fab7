/** The outcome of a rule: allowed, or refused with a reason code (one union per noun) and the facts to say it with. */
export type Decision<Refusal> = { readonly kind: 'allow' } | ({ readonly kind: 'refuse' } & Refusal);

/** The one way to say yes. */
export const allow = { kind: 'allow' } as const;
