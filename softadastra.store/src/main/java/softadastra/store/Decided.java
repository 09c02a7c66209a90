package softadastra.store;

/**
 * An answer to a writer that may be given once everything up to a sequence is durable.
 *
 * @param restsOn the sequence; 0 for none
 * @param answer the answer
 */
record Decided<T>(long restsOn, T answer) {}
