package softadastra.store;

/**
 * What a put did; one of the first two is true.
 *
 * @param created whether the key had no value before
 * @param updated whether it had one, which was replaced
 * @param version the version of the entry now: 1 if created
 * @param sequence the log sequence of the operation
 */
public record PutResult(boolean created, boolean updated, long version, long sequence) {}
