package softadastra.store;

import java.lang.ref.Cleaner;
import java.lang.ref.Reference;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import softadastra.core.ErrorCode;
import softadastra.core.NodeId;
import softadastra.core.SoftadastraException;

/** A {@link Snapshot}: a view of versions that stay as they are while it is open. */
final class StoreSnapshot implements Snapshot {

    private static final Cleaner CLEANER = Cleaner.create();

    private final View view;
    private final Moment moment;
    private final Hold hold;

    /**
     * The moment that a snapshot shows.
     *
     * @param node whose log it is
     * @param sequence the last sequence that was visible
     * @param entries how many keys had a value
     * @param context the last counter of each origin
     */
    record Moment(NodeId node, long sequence, long entries, CausalContext context) {}

    /** What keeps the versions; it knows nothing of the snapshot, so that it can be let go when that is unreachable. */
    private static final class Hold implements Runnable {
        private final AtomicBoolean open = new AtomicBoolean(true);
        private final AtomicBoolean storeClosed;
        private final Runnable release;

        Hold(AtomicBoolean storeClosed, Runnable release) {
            this.storeClosed = storeClosed;
            this.release = release;
        }

        @Override
        public void run() {
            if (open.compareAndSet(true, false)) {
                release.run();
            }
        }
    }

    private StoreSnapshot(View view, Moment moment, Hold hold) {
        this.view = view;
        this.moment = moment;
        this.hold = hold;
    }

    /** A snapshot that holds nothing. */
    static StoreSnapshot of(View view, Moment moment) {
        return new StoreSnapshot(view, moment, new Hold(new AtomicBoolean(), () -> {}));
    }

    /**
     * What is visible in a store now.
     *
     * @param storeClosed whether the store was closed
     * @param prune takes out what nobody holds any more; called once it is closed
     */
    static StoreSnapshot now(Versions versions, NodeId node, AtomicBoolean storeClosed, Runnable prune) {
        Versions.Held held = versions.hold();
        Moment moment = new Moment(node, held.sequence(), held.entries(), CausalContext.ofHeld(held.counters()));
        Views views = versions.views();
        return holding(View.at(versions, moment.sequence()), moment, storeClosed, () -> {
            views.close(moment.sequence());
            prune.run();
        });
    }

    /**
     * A snapshot that something is held for.
     *
     * @param storeClosed whether the store was closed
     * @param release lets it go; called once
     */
    private static StoreSnapshot holding(View view, Moment moment, AtomicBoolean storeClosed, Runnable release) {
        Hold hold = new Hold(storeClosed, release);
        StoreSnapshot snapshot = new StoreSnapshot(view, moment, hold);
        CLEANER.register(snapshot, hold);
        return snapshot;
    }

    @Override
    public long size() {
        requireOpen();
        return moment.entries;
    }

    @Override
    public List<Entry> all() {
        return entries().toList();
    }

    @Override
    public Optional<Entry> get(Key key) {
        try {
            Optional<Entry> entry = view.get(key);
            // Behind the read: while it is open, all that it sees is there.
            requireOpen();
            return entry;
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public boolean contains(Key key) {
        try {
            boolean contains = view.contains(key);
            requireOpen();
            return contains;
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public Stream<Entry> entries(KeyRange range) {
        requireOpen();
        return view.entries(range, this::requireOpen).peek(entry -> requireOpen());
    }

    @Override
    public long lastSequence() {
        return moment.sequence;
    }

    @Override
    public NodeId node() {
        return moment.node;
    }

    @Override
    public CausalContext context() {
        return moment.context;
    }

    @Override
    public long localOperations() {
        return moment.context.counters().entrySet().stream()
                .filter(each -> each.getKey().node().equals(moment.node))
                .mapToLong(Map.Entry::getValue)
                .sum();
    }

    private void requireOpen() {
        if (!hold.open.get() || hold.storeClosed.get()) {
            throw new SoftadastraException(ErrorCode.INVALID_STATE, "snapshot is not open");
        }
    }

    @Override
    public void close() {
        hold.run();
    }

    @Override
    public String toString() {
        return "Snapshot[" + moment.entries + " entries, last sequence " + moment.sequence + "]";
    }
}
