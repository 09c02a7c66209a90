package softadastra.sync;

/**
 * What a node's log came to at one sequence. What it holds and what it promised belong together: every operation that the node will
 * ever write and that {@code held} does not have gets a stamp above {@code promise}. Of another one's vector and promise nothing
 * follows.
 *
 * @param sequence the last sequence of its log that counts; a later cut of a node has a higher one
 * @param held what it holds durably, nobody else's from here on
 * @param promise see above; packed, 0 for none
 * @param members the {@linkplain Members#digest digest} of the members it knows
 * @param returning whether it is on its way back in a new epoch: it tells nobody what it has until it has learned what others have
 */
record Cut(long sequence, Vector held, long promise, long members, boolean returning) {}
