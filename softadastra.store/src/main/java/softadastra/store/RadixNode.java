package softadastra.store;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * A node of the {@link OrderedIndex}: keys that have all bytes before a place in common, by the byte that they have there.
 *
 * <p>It has a child for each byte that occurs, in order. Which ones these are never changes, so a writer that needs others makes
 * another node; a child may be replaced by one write. Nodes come in two sizes, as in an adaptive radix tree (Leis, Kemper,
 * Neumann, "The adaptive radix tree", ICDE 2013).
 */
abstract sealed class RadixNode {

    private static final VarHandle CHILDREN = MethodHandles.arrayElementVarHandle(Object[].class);

    /** The place of the byte that the children differ in. */
    final int depth;

    /** Nodes, and slots for leaves. */
    private final Object[] children;

    private RadixNode(int depth, Object[] children) {
        this.depth = depth;
        this.children = children;
    }

    /**
     * What a key has in a place: its byte plus one, and 0 behind its end, so that shorter keys come first. UTF-8 has no byte
     * above 0xF4, so this fits into a byte.
     */
    static int symbol(byte[] key, int depth) {
        return depth < key.length ? (key[depth] & 0xFF) + 1 : 0;
    }

    /** A node with two children. */
    static RadixNode of(int depth, int symbol, Object child, int otherSymbol, Object other) {
        return symbol < otherSymbol
                ? new Few(depth, symbol | ((long) otherSymbol << Byte.SIZE), new Object[] {child, other})
                : new Few(depth, otherSymbol | ((long) symbol << Byte.SIZE), new Object[] {other, child});
    }

    int size() {
        return children.length;
    }

    Object child(int index) {
        return CHILDREN.getAcquire(children, index);
    }

    /**
     * Copies the children from an index on, up to the first that is no slot. There is no more to this loop than the one look at
     * each of them, so that the processor waits for all of them at once.
     *
     * @return behind the last that was copied
     */
    int copySlots(int index, Slot[] target, int at) {
        int count = Math.min(children.length - index, target.length - at);
        for (int i = 0; i < count; i++) {
            if (!(child(index + i) instanceof Slot slot)) {
                return at + i;
            }
            target[at + i] = slot;
        }
        return at + count;
    }

    void setChild(int index, Object child) {
        CHILDREN.setRelease(children, index, child);
    }

    /** The index of the child of a symbol; if there is none, where it would be, as its complement. */
    abstract int find(int symbol);

    /** This node with a child more, where {@link #find} said. */
    abstract RadixNode with(int symbol, int index, Object child);

    /** What is to stand in this node's place without a child: another node, or the only child that is left. */
    final Object without(int index) {
        return children.length == 2 ? children[1 - index] : smaller(index);
    }

    abstract RadixNode smaller(int index);

    private static Object[] inserted(Object[] children, int index, Object child) {
        Object[] more = new Object[children.length + 1];
        System.arraycopy(children, 0, more, 0, index);
        more[index] = child;
        System.arraycopy(children, index, more, index + 1, children.length - index);
        return more;
    }

    private static Object[] removed(Object[] children, int index) {
        Object[] fewer = new Object[children.length - 1];
        System.arraycopy(children, 0, fewer, 0, index);
        System.arraycopy(children, index + 1, fewer, index, fewer.length - index);
        return fewer;
    }

    /** At most eight children; their symbols in the bytes of a number, the least in the lowest. */
    private static final class Few extends RadixNode {
        private static final int MAX = Long.BYTES;

        private final long symbols;

        Few(int depth, long symbols, Object[] children) {
            super(depth, children);
            this.symbols = symbols;
        }

        @Override
        int find(int symbol) {
            int size = size();
            for (int i = 0; i < size; i++) {
                int own = (int) (symbols >>> (i * Byte.SIZE)) & 0xFF;
                if (own >= symbol) {
                    return own == symbol ? i : ~i;
                }
            }
            return ~size;
        }

        @Override
        RadixNode with(int symbol, int index, Object child) {
            Object[] more = inserted(super.children, index, child);
            if (more.length > MAX) {
                return Many.of(depth, symbols, symbol, more);
            }
            long below = (1L << (index * Byte.SIZE)) - 1;
            long moved = (symbols & ~below) << Byte.SIZE;
            return new Few(depth, (symbols & below) | ((long) symbol << (index * Byte.SIZE)) | moved, more);
        }

        @Override
        RadixNode smaller(int index) {
            long below = (1L << (index * Byte.SIZE)) - 1;
            long rest = (symbols >>> Byte.SIZE) & ~below;
            return new Few(depth, (symbols & below) | rest, removed(super.children, index));
        }
    }

    /** Any number of children; a bit for each symbol that occurs. */
    private static final class Many extends RadixNode {
        private final long word0;
        private final long word1;
        private final long word2;
        private final long word3;

        private Many(int depth, long word0, long word1, long word2, long word3, Object[] children) {
            super(depth, children);
            this.word0 = word0;
            this.word1 = word1;
            this.word2 = word2;
            this.word3 = word3;
        }

        /** A node of the symbols of a {@link Few} that is full, and one more. */
        static Many of(int depth, long symbols, int symbol, Object[] children) {
            long[] words = new long[4];
            set(words, symbol);
            for (int i = 0; i < Few.MAX; i++) {
                set(words, (int) (symbols >>> (i * Byte.SIZE)) & 0xFF);
            }
            return new Many(depth, words[0], words[1], words[2], words[3], children);
        }

        private static void set(long[] words, int symbol) {
            words[symbol >>> 6] |= 1L << symbol;
        }

        @Override
        int find(int symbol) {
            long word;
            int index;
            switch (symbol >>> 6) {
                case 0 -> {
                    word = word0;
                    index = 0;
                }
                case 1 -> {
                    word = word1;
                    index = Long.bitCount(word0);
                }
                case 2 -> {
                    word = word2;
                    index = Long.bitCount(word0) + Long.bitCount(word1);
                }
                default -> {
                    word = word3;
                    index = Long.bitCount(word0) + Long.bitCount(word1) + Long.bitCount(word2);
                }
            }
            long bit = 1L << symbol;
            index += Long.bitCount(word & (bit - 1));
            return (word & bit) == 0 ? ~index : index;
        }

        @Override
        RadixNode with(int symbol, int index, Object child) {
            return flipped(symbol, inserted(super.children, index, child));
        }

        @Override
        RadixNode smaller(int index) {
            int symbol = symbolOf(index);
            Many fewer = flipped(symbol, removed(super.children, index));
            // Well below what made it one of many, so that a key that comes and goes does not convert it each time.
            return fewer.size() > Few.MAX - 2 ? fewer : fewer.toFew();
        }

        private Many flipped(int symbol, Object[] children) {
            return new Many(
                    depth,
                    word0 ^ bit(symbol, 0),
                    word1 ^ bit(symbol, 1),
                    word2 ^ bit(symbol, 2),
                    word3 ^ bit(symbol, 3),
                    children);
        }

        private static long bit(int symbol, int word) {
            return symbol >>> 6 == word ? 1L << symbol : 0;
        }

        private Few toFew() {
            long symbols = 0;
            for (int i = 0; i < size(); i++) {
                symbols |= (long) symbolOf(i) << (i * Byte.SIZE);
            }
            return new Few(depth, symbols, super.children);
        }

        /** The symbol of the child of an index. */
        private int symbolOf(int index) {
            long[] words = {word0, word1, word2, word3};
            int left = index;
            for (int i = 0; i < words.length; i++) {
                long word = words[i];
                int count = Long.bitCount(word);
                if (left < count) {
                    for (; left > 0; left--) {
                        word &= word - 1;
                    }
                    return i * Long.SIZE + Long.numberOfTrailingZeros(word);
                }
                left -= count;
            }
            throw new IndexOutOfBoundsException(index);
        }
    }
}
