package softadastra.sync;

/**
 * What one step of an {@link Exchange} did.
 *
 * @param received how many messages came in and made sense
 * @param applied how many operations of others were logged
 * @param sent how many operations went out, again or for the first time
 * @param acknowledged how many local operations all members have now that they had not before
 * @param conflicts how many conflicts were decided
 * @param collected how many removals were forgotten
 * @param malformed how many messages made no sense
 * @param reissued how much that only this node had was written again, since it was away for too long
 */
record Step(
        int received,
        long applied,
        long sent,
        long acknowledged,
        long conflicts,
        int collected,
        long malformed,
        int reissued) {}
