package softadastra.sync;

import java.util.Arrays;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.ObjLongConsumer;
import org.jspecify.annotations.Nullable;
import softadastra.core.ByteReader;
import softadastra.core.ByteWriter;
import softadastra.store.CausalContext;
import softadastra.store.OperationId;
import softadastra.store.Origin;

/**
 * A version vector that grows: the highest counter of each origin. For one thread.
 *
 * <p>It is copied, compared and merged with every message, so it is two arrays, in the order of the origins, and what is done with two
 * vectors is one walk through both.
 */
final class Vector {

    private static final Origin[] NO_ORIGINS = {};
    private static final long[] NO_COUNTERS = {};

    /** In order, each once; {@link #size} of them count. */
    private Origin[] origins;

    private long[] counters;
    private int size;

    Vector() {
        this(NO_ORIGINS, NO_COUNTERS, 0);
    }

    Vector(SortedMap<Origin, Long> counters) {
        this(new Origin[counters.size()], new long[counters.size()], 0);
        counters.forEach(this::append);
    }

    Vector(CausalContext context) {
        this(context.counters());
    }

    private Vector(Origin[] origins, long[] counters, int size) {
        this.origins = origins;
        this.counters = counters;
        this.size = size;
    }

    Vector copy() {
        return new Vector(Arrays.copyOf(origins, size), Arrays.copyOf(counters, size), size);
    }

    boolean isEmpty() {
        return size == 0;
    }

    /** How many origins there are. */
    int size() {
        return size;
    }

    /** The last origin; there is one. */
    Origin last() {
        return origins[size - 1];
    }

    /** The origins, in order, as long as nothing changes. */
    List<Origin> origins() {
        return Arrays.asList(origins).subList(0, size);
    }

    /** Hands over the counters, in the order of the origins. */
    void forEach(ObjLongConsumer<Origin> action) {
        for (int i = 0; i < size; i++) {
            action.accept(origins[i], counters[i]);
        }
    }

    /** A copy of the counters. */
    SortedMap<Origin, Long> counters() {
        TreeMap<Origin, Long> copy = new TreeMap<>();
        forEach(copy::put);
        return copy;
    }

    CausalContext toContext() {
        return CausalContext.of(counters());
    }

    long counter(Origin origin) {
        int at = find(origin);
        return at < 0 ? 0 : counters[at];
    }

    boolean includes(OperationId id) {
        return counter(id.origin()) >= id.counter();
    }

    boolean includes(Vector other) {
        int at = 0;
        for (int i = 0; i < other.size; i++) {
            at = seek(at, other.origins[i]);
            if (counterAt(at, other.origins[i]) < other.counters[i]) {
                return false;
            }
        }
        return true;
    }

    boolean includes(CausalContext other) {
        for (var each : other.counters().entrySet()) {
            if (counter(each.getKey()) < each.getValue()) {
                return false;
            }
        }
        return true;
    }

    /** How many operations are held that another one does not. */
    long beyond(Vector other) {
        long sum = 0;
        int at = 0;
        for (int i = 0; i < size; i++) {
            at = other.seek(at, origins[i]);
            sum += Math.max(0, counters[i] - other.counterAt(at, origins[i]));
        }
        return sum;
    }

    /** Raises the counter of an origin; it never goes back. */
    void raise(Origin origin, long counter) {
        int at = find(origin);
        if (at < 0) {
            insert(-at - 1, origin, counter);
        } else {
            counters[at] = Math.max(counters[at], counter);
        }
    }

    /** Takes a counter back. */
    void lower(Origin origin, long counter) {
        int at = find(origin);
        if (counter != 0 && at < 0) {
            insert(-at - 1, origin, counter);
        } else if (counter != 0) {
            counters[at] = counter;
        } else if (at >= 0) {
            size--;
            System.arraycopy(origins, at + 1, origins, at, size - at);
            System.arraycopy(counters, at + 1, counters, at, size - at);
        }
    }

    /** Raises all counters to those of another one; whether that changed anything. */
    boolean merge(Vector other) {
        boolean changed = false;
        int missing = 0;
        int at = 0;
        for (int i = 0; i < other.size; i++) {
            at = seek(at, other.origins[i]);
            if (!isAt(at, other.origins[i])) {
                missing += other.counters[i] > 0 ? 1 : 0;
            } else if (counters[at] < other.counters[i]) {
                counters[at] = other.counters[i];
                changed = true;
            }
        }
        if (missing > 0) {
            addMissing(other, missing);
        }
        return changed || missing > 0;
    }

    /** Adds the origins that only another one has, of which there are so many: from behind, so that nothing is moved twice. */
    private void addMissing(Vector other, int missing) {
        int from = size - 1;
        int to = size + missing - 1;
        ensureRoom(size + missing);
        size += missing;
        for (int i = other.size - 1; i >= 0 && to > from; i--) {
            Origin origin = other.origins[i];
            while (from >= 0 && origins[from].compareTo(origin) > 0) {
                origins[to] = origins[from];
                counters[to--] = counters[from--];
            }
            boolean isThere = from >= 0 && origins[from].equals(origin);
            if (!isThere && other.counters[i] > 0) {
                origins[to] = origin;
                counters[to--] = other.counters[i];
            }
        }
    }

    /** Of each origin the lower one of two counters: what is held by both. */
    Vector leastOf(Vector other) {
        Vector least = new Vector();
        int at = 0;
        for (int i = 0; i < size; i++) {
            at = other.seek(at, origins[i]);
            long lower = Math.min(counters[i], other.counterAt(at, origins[i]));
            if (lower > 0) {
                least.append(origins[i], lower);
            }
        }
        return least;
    }

    /** Where an origin is; if it is nowhere, where it belongs, less than 0: {@code -1 - place}. */
    private int find(Origin origin) {
        int low = 0;
        int high = size - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            int order = origins[middle].compareTo(origin);
            if (order == 0) {
                return middle;
            }
            low = order < 0 ? middle + 1 : low;
            high = order < 0 ? high : middle - 1;
        }
        return -1 - low;
    }

    /** The first place from one on whose origin is not before another one. */
    private int seek(int from, Origin origin) {
        int at = from;
        while (at < size && origins[at].compareTo(origin) < 0) {
            at++;
        }
        return at;
    }

    private boolean isAt(int at, Origin origin) {
        return at < size && origins[at].equals(origin);
    }

    private long counterAt(int at, Origin origin) {
        return isAt(at, origin) ? counters[at] : 0;
    }

    /** Adds an origin that comes behind all others. */
    void append(Origin origin, long counter) {
        insert(size, origin, counter);
    }

    private void insert(int at, Origin origin, long counter) {
        ensureRoom(size + 1);
        System.arraycopy(origins, at, origins, at + 1, size - at);
        System.arraycopy(counters, at, counters, at + 1, size - at);
        origins[at] = origin;
        counters[at] = counter;
        size++;
    }

    private void ensureRoom(int wanted) {
        if (wanted > origins.length) {
            int length = Math.max(wanted, origins.length + origins.length / 2 + 2);
            origins = Arrays.copyOf(origins, length);
            counters = Arrays.copyOf(counters, length);
        }
    }

    /**
     * Adds it to a note.
     *
     * <pre>
     * vector = count:varint  { node:utf8  epoch:i64  counter:varint } * count
     * </pre>
     */
    void writeTo(ByteWriter out) {
        out.writeVarint(size);
        forEach((origin, counter) -> {
            Members.write(out, origin);
            out.writeVarint(counter);
        });
    }

    /**
     * Raises the counters to those of a vector in a note.
     *
     * @throws softadastra.core.MalformedDataException if there is none
     */
    void raiseTo(ByteReader in) {
        for (int i = in.readCount(); i > 0; i--) {
            raise(Members.readOrigin(in), in.readVarint(Long.MAX_VALUE));
        }
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Vector that
                && Arrays.equals(counters, 0, size, that.counters, 0, that.size)
                && Arrays.equals(origins, 0, size, that.origins, 0, that.size);
    }

    @Override
    public int hashCode() {
        return counters().hashCode();
    }

    @Override
    public String toString() {
        return counters().toString();
    }
}
