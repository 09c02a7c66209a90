package softadastra.bench;

import java.util.BitSet;

/** What is done with a store that holds records: they are put again, got, and gone through, by one thread. */
abstract class StoreUse implements Contender {

    private final KeyValueStore store;

    private StoreUse(KeyValueStore store) {
        this.store = store;
    }

    /** Puts new values of the keys of a source, those of the given numbers in turn, round and round. */
    static StoreUse overwriting(KeyValueStore store, int[] numbers) {
        return new Overwriting(store, numbers);
    }

    /** Gets keys that are there, round and round. */
    static StoreUse getting(KeyValueStore store, Probe[] keys) {
        return new Getting(store, keys);
    }

    /** Goes through the entries behind prefixes, each of which begins as many keys, round and round. */
    static StoreUse scanning(KeyValueStore store, Probe[] prefixes, int each) {
        return new Scanning(store, prefixes, each);
    }

    final KeyValueStore store() {
        return store;
    }

    @Override
    public final String name() {
        return store.name();
    }

    @Override
    public void verify() throws Exception {
        // What is read is checked as it is read.
    }

    /** Whoever filled the store closes it. */
    @Override
    public final void close() {}

    private static final class Overwriting extends StoreUse {

        private final int[] numbers;
        private final RecordSource source = new RecordSource(0);
        private final BitSet again = new BitSet();
        private int next;

        Overwriting(KeyValueStore store, int[] numbers) {
            super(store);
            this.numbers = numbers;
            source.setEdition(1);
        }

        @Override
        public void run(int operations) throws Exception {
            for (int i = 0; i < operations; i++) {
                int number = numbers[next];
                next = next + 1 == numbers.length ? 0 : next + 1;
                source.at(number);
                store().put(source);
                again.set(number);
            }
            store().settle();
        }

        @Override
        public void verify() throws Exception {
            long[] count = new long[1];
            store().visit((buffer, offset, length) -> {
                long number = RecordSource.number(buffer, offset, length, each -> again.get((int) each) ? 1 : 0);
                WrongResultException.require(count[0]++, number, "record of " + name());
            });
            WrongResultException.require(numbers.length, count[0], "records of " + name());
        }
    }

    private static final class Getting extends StoreUse {

        private final Probe[] keys;
        private int next;

        Getting(KeyValueStore store, Probe[] keys) {
            super(store);
            this.keys = keys;
        }

        @Override
        public void run(int operations) throws Exception {
            for (int i = 0; i < operations; i++) {
                int length = store().get(keys[next]);
                next = next + 1 == keys.length ? 0 : next + 1;
                WrongResultException.require(RecordSource.VALUE_BYTES, length, "length of a value of " + name());
            }
        }
    }

    private static final class Scanning extends StoreUse {

        private final Probe[] prefixes;
        private final long length;
        private int next;

        Scanning(KeyValueStore store, Probe[] prefixes, int each) {
            super(store);
            this.prefixes = prefixes;
            this.length = (long) each * RecordSource.VALUE_BYTES;
        }

        @Override
        public void run(int operations) throws Exception {
            for (int i = 0; i < operations; i++) {
                long scanned = store().scan(prefixes[next]);
                next = next + 1 == prefixes.length ? 0 : next + 1;
                WrongResultException.require(length, scanned, "length of a scan of " + name());
            }
        }
    }
}
