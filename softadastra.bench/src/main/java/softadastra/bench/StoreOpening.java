package softadastra.bench;

/** Opens a store again, to its first get. */
final class StoreOpening implements Contender {

    private final KeyValueStore store;
    private final Probe key;

    StoreOpening(KeyValueStore store, Probe key) {
        this.store = store;
        this.key = key;
    }

    @Override
    public String name() {
        return store.name();
    }

    @Override
    public void run(int operations) throws Exception {
        for (int i = 0; i < operations; i++) {
            store.reopen();
            WrongResultException.require(RecordSource.VALUE_BYTES, store.get(key), "length of a value");
        }
    }

    @Override
    public void verify() {
        // What it holds is checked by those who come after it.
    }

    /** Whoever filled the store closes it. */
    @Override
    public void close() {}
}
