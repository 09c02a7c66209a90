package softadastra.store;

/**
 * What a batch did. Each of its operations counts once, in the order given: a key that is put twice in one batch is created
 * and updated.
 *
 * @param created puts of keys that had no value
 * @param updated puts of keys that had one
 * @param deleted removals of keys that had a value
 * @param missing removals of keys that had none; they are not logged
 * @param firstSequence the log sequence of its first logged operation; 0 if none was logged
 * @param lastSequence the log sequence of its last logged operation; 0 if none was logged
 */
public record BatchResult(int created, int updated, int deleted, int missing, long firstSequence, long lastSequence) {}
