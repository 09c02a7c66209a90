package softadastra.bench;

/** Closes our store and opens it again, to its first get or until all of its entries were read. */
final class StoreOpening implements Contender {

    /** What is done with a store that was opened. */
    @FunctionalInterface
    private interface Use {
        void of(SoftadastraStore store);
    }

    private final SoftadastraStore store;
    private final Use use;

    private StoreOpening(SoftadastraStore store, Use use) {
        this.store = store;
        this.use = use;
    }

    static StoreOpening toFirstGet(SoftadastraStore store, Probe key) {
        return new StoreOpening(
                store,
                opened -> WrongResultException.require(RecordSource.VALUE_BYTES, opened.get(key), "length of a value"));
    }

    static StoreOpening toLastEntry(SoftadastraStore store, long records) {
        return new StoreOpening(
                store,
                opened -> WrongResultException.require(
                        records * RecordSource.VALUE_BYTES, opened.scan(Probe.of("")), "length of all values"));
    }

    @Override
    public String name() {
        return store.name();
    }

    @Override
    public void run(int operations) {
        for (int i = 0; i < operations; i++) {
            store.reopen();
            use.of(store);
        }
    }

    /** Reads every entry. */
    @Override
    public void verify() {
        RecordCheck check = new RecordCheck(1);
        store.visit(check::accept);
        check.complete(store.engine().size());
    }

    /** Whoever made the store closes it. */
    @Override
    public void close() {}
}
