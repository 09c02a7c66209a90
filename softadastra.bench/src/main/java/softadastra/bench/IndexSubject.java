package softadastra.bench;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.NavigableMap;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Something to keep entries in, as the comparison of indexes uses it: one of ours, or a bare map of the JDK. */
abstract class IndexSubject {

    /** Keys as a user has them in hand, each made anew, and what to put there. */
    static final class Probes {

        private final byte[][] keys;
        private final String[] texts;
        private final IndexEntry[] entries;
        private final byte[][] values;

        private Probes(int count) {
            keys = new byte[count][];
            texts = new String[count];
            entries = new IndexEntry[count];
            values = new byte[count][];
        }

        /** The records of so many numbers, in this order. */
        static Probes of(int[] numbers) {
            Probes probes = new Probes(numbers.length);
            RecordSource source = new RecordSource(0);
            for (int i = 0; i < numbers.length; i++) {
                source.at(numbers[i]);
                probes.keys[i] = source.keyBytes();
                probes.texts[i] = source.key();
                probes.entries[i] = IndexEntry.of(source.record(), i);
                probes.values[i] = source.value().clone();
            }
            return probes;
        }
    }

    private final String name;

    IndexSubject(String name) {
        this.name = name;
    }

    /** An index of ours. */
    static IndexSubject index(String name, Supplier<OrderedIndex> empty) {
        return new OfIndex(name, empty);
    }

    /** A map of the JDK, its keys text. */
    static IndexSubject map(String name, Supplier<Map<String, byte[]>> empty) {
        return new OfMap(name, empty);
    }

    final String name() {
        return name;
    }

    /** Forgets everything. */
    abstract void clear();

    /** Makes the entry of a record, and puts it. */
    abstract void insert(RecordSource source, long sequence);

    /** Gets so many probes, from one on, and answers the sum of what their values are marked with. */
    abstract long get(Probes probes, int from, int count);

    /** Puts so many probes, from one on. */
    abstract void overwrite(Probes probes, int from, int count);

    /** The sum of the marks of all entries with a prefix, in order. */
    abstract long scan(byte[] prefix);

    /** Takes a snapshot, and answers it; null where there is none. */
    abstract @Nullable Object snapshot();

    /** Whether the entries are in order. */
    boolean isOrdered() {
        return true;
    }

    private static final class OfIndex extends IndexSubject {

        private final Supplier<OrderedIndex> empty;
        private OrderedIndex index;

        OfIndex(String name, Supplier<OrderedIndex> empty) {
            super(name);
            this.empty = empty;
            this.index = empty.get();
        }

        @Override
        void clear() {
            index = empty.get();
        }

        @Override
        void insert(RecordSource source, long sequence) {
            byte[] record = source.record();
            if (index.keepsKeys()) {
                index.put(source.keyBytes(), IndexEntry.withoutKey(record, sequence));
            } else {
                index.put(source.keyBytes(), IndexEntry.of(record, sequence));
            }
        }

        @Override
        long get(Probes probes, int from, int count) {
            long sum = 0;
            for (int i = from; i < from + count; i++) {
                IndexEntry entry = index.get(probes.keys[i]);
                if (entry == null) {
                    throw new WrongResultException("a key is not there");
                }
                sum += entry.mark();
            }
            return sum;
        }

        @Override
        void overwrite(Probes probes, int from, int count) {
            for (int i = from; i < from + count; i++) {
                index.put(probes.keys[i], probes.entries[i]);
            }
        }

        @Override
        long scan(byte[] prefix) {
            Sum sum = new Sum();
            index.scan(prefix, sum);
            return sum.sum;
        }

        @Override
        Object snapshot() {
            return index.snapshot();
        }
    }

    private static final class Sum implements Predicate<IndexEntry> {
        private long sum;

        @Override
        public boolean test(IndexEntry entry) {
            sum = 31 * sum + entry.mark();
            return true;
        }
    }

    private static final class OfMap extends IndexSubject {

        private final Supplier<Map<String, byte[]>> empty;
        private Map<String, byte[]> map;

        OfMap(String name, Supplier<Map<String, byte[]>> empty) {
            super(name);
            this.empty = empty;
            this.map = empty.get();
        }

        @Override
        void clear() {
            map = empty.get();
        }

        @Override
        void insert(RecordSource source, long sequence) {
            map.put(source.key(), source.value().clone());
        }

        @Override
        long get(Probes probes, int from, int count) {
            long sum = 0;
            for (int i = from; i < from + count; i++) {
                byte[] value = map.get(probes.texts[i]);
                if (value == null) {
                    throw new WrongResultException("a key is not there");
                }
                sum += mark(value);
            }
            return sum;
        }

        @Override
        void overwrite(Probes probes, int from, int count) {
            for (int i = from; i < from + count; i++) {
                map.put(probes.texts[i], probes.values[i]);
            }
        }

        @Override
        long scan(byte[] prefix) {
            String first = new String(prefix, StandardCharsets.US_ASCII);
            long sum = 0;
            for (Map.Entry<String, byte[]> each :
                    ((NavigableMap<String, byte[]>) map).tailMap(first, true).entrySet()) {
                if (!each.getKey().startsWith(first)) {
                    break;
                }
                sum = 31 * sum + mark(each.getValue());
            }
            return sum;
        }

        private static long mark(byte[] value) {
            return RecordSource.mark(value, -RecordSource.KEY_BYTES);
        }

        @Override
        @Nullable
        Object snapshot() {
            return null;
        }

        @Override
        boolean isOrdered() {
            return map instanceof NavigableMap;
        }
    }
}
