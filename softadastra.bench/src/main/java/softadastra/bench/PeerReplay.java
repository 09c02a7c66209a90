package softadastra.bench;

/** A peer's log read back, once a block; closing the peer is left to whoever opened it. */
final class PeerReplay implements Contender {

    private final PeerLog peer;
    private final RecordSum expected;

    /** Replays what a peer was filled with. */
    PeerReplay(PeerLog peer, RecordSum expected) {
        this.peer = peer;
        this.expected = expected;
    }

    @Override
    public String name() {
        return peer.name() + " replay";
    }

    @Override
    public void run(int operations) throws Exception {
        RecordSum sum = new RecordSum();
        peer.replay(sum::accept);
        expected.requireSame(sum);
    }

    @Override
    public void verify() throws Exception {
        peer.verify();
    }

    @Override
    public void close() {}
}
