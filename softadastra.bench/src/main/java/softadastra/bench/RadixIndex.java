package softadastra.bench;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A radix tree over the bytes of keys that are UTF-8. A node says at which byte the keys below it differ, and has a child for
 * each value that occurs there, found by counting bits; what lies between two nodes is not kept, but compared at the leaf,
 * which is the entry itself.
 *
 * <p>A node's bits never change. A writer that needs other bits makes another node and puts it where the old one was, in its
 * parent: one store. A child is replaced in place where the node belongs to the current generation; where it belongs to an
 * older one, a snapshot may see it, and the path to it is copied. A snapshot is the root, and a new generation.
 */
final class RadixIndex implements OrderedIndex {

    private static final VarHandle CHILD = MethodHandles.arrayElementVarHandle(Object[].class);
    private static final VarHandle ROOT;

    static {
        try {
            ROOT = MethodHandles.lookup().findVarHandle(RadixIndex.class, "root", Object.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /** UTF-8 has no byte above 0xF4, so the end of a key has a place below all of them. */
    private static final int WORD_BITS = 6;

    private static final class Node {
        final int depth;
        final int generation;
        final long word0;
        final long word1;
        final long word2;
        final long word3;
        final Object[] children;

        Node(int depth, int generation, long word0, long word1, long word2, long word3, Object[] children) {
            this.depth = depth;
            this.generation = generation;
            this.word0 = word0;
            this.word1 = word1;
            this.word2 = word2;
            this.word3 = word3;
            this.children = children;
        }

        /** The place of a symbol among the children, or where it would be, as its complement. */
        int find(int symbol) {
            long bit = 1L << symbol;
            long word;
            int at;
            switch (symbol >>> WORD_BITS) {
                case 0 -> {
                    word = word0;
                    at = 0;
                }
                case 1 -> {
                    word = word1;
                    at = Long.bitCount(word0);
                }
                case 2 -> {
                    word = word2;
                    at = Long.bitCount(word0) + Long.bitCount(word1);
                }
                default -> {
                    word = word3;
                    at = Long.bitCount(word0) + Long.bitCount(word1) + Long.bitCount(word2);
                }
            }
            at += Long.bitCount(word & (bit - 1));
            return (word & bit) == 0 ? ~at : at;
        }

        /** The node with one child more. */
        Node with(int symbol, int at, Object child, int newGeneration) {
            Object[] more = new Object[children.length + 1];
            System.arraycopy(children, 0, more, 0, at);
            more[at] = child;
            System.arraycopy(children, at, more, at + 1, children.length - at);
            return new Node(
                    depth,
                    newGeneration,
                    word0 | bit(symbol, 0),
                    word1 | bit(symbol, 1),
                    word2 | bit(symbol, 2),
                    word3 | bit(symbol, 3),
                    more);
        }

        /** The node with another child in a place. */
        Node replacing(int at, Object child, int newGeneration) {
            Object[] copy = children.clone();
            copy[at] = child;
            return new Node(depth, newGeneration, word0, word1, word2, word3, copy);
        }

        static long bit(int symbol, int word) {
            return symbol >>> WORD_BITS == word ? 1L << symbol : 0;
        }

        /** A node with two children. */
        static Node of(int depth, int generation, int symbol, Object child, int otherSymbol, Object other) {
            Object[] both = symbol < otherSymbol ? new Object[] {child, other} : new Object[] {other, child};
            return new Node(
                    depth,
                    generation,
                    bit(symbol, 0) | bit(otherSymbol, 0),
                    bit(symbol, 1) | bit(otherSymbol, 1),
                    bit(symbol, 2) | bit(otherSymbol, 2),
                    bit(symbol, 3) | bit(otherSymbol, 3),
                    both);
        }
    }

    private final boolean copiesAlways;

    @SuppressWarnings("unused") // Read and written through its handle.
    private @Nullable Object root;

    private int generation;

    // Where the writer went: used again for each put.
    private Node[] path = new Node[16];
    private int[] slots = new int[16];

    /**
     * An empty index.
     *
     * @param copiesAlways whether each put is a generation of its own, as in a persistent tree that is published by its root
     */
    RadixIndex(boolean copiesAlways) {
        this.copiesAlways = copiesAlways;
    }

    private static int symbol(byte[] bytes, int length, int depth) {
        return depth < length ? (bytes[depth] & 0xFF) + 1 : 0;
    }

    @Override
    public @Nullable IndexEntry get(byte[] key) {
        Object at = ROOT.getAcquire(this);
        while (at instanceof Node node) {
            int slot = node.find(symbol(key, key.length, node.depth));
            if (slot < 0) {
                return null;
            }
            at = CHILD.getAcquire(node.children, slot);
        }
        return at instanceof IndexEntry entry && entry.hasKey(key) ? entry : null;
    }

    @Override
    public void put(byte[] key, IndexEntry entry) {
        if (copiesAlways) {
            generation++;
        }
        Object at = root;
        if (at == null) {
            ROOT.setRelease(this, entry);
            return;
        }
        int levels = 0;
        while (at instanceof Node node) {
            if (levels == path.length) {
                path = Arrays.copyOf(path, 2 * levels);
                slots = Arrays.copyOf(slots, 2 * levels);
            }
            int slot = node.find(symbol(entry.bytes, entry.keyLength, node.depth));
            path[levels] = node;
            slots[levels++] = slot;
            // Nothing below has this byte; all of it begins alike, so that any of it shows where the new key leaves.
            at = node.children[Math.max(slot, 0)];
            if (slot < 0) {
                while (at instanceof Node below) {
                    at = below.children[0];
                }
            }
        }
        IndexEntry near = (IndexEntry) at;
        int differ = near.mismatch(entry);
        if (differ < 0) {
            replace(levels, entry);
            return;
        }
        int level = 0;
        while (level < levels && path[level].depth < differ) {
            level++;
        }
        int symbol = symbol(entry.bytes, entry.keyLength, differ);
        if (level < levels && path[level].depth == differ) {
            replace(level, path[level].with(symbol, ~slots[level], entry, generation));
        } else {
            Object below = level < levels ? path[level] : near;
            int other = symbol(near.bytes, near.keyLength, differ);
            replace(level, Node.of(differ, generation, symbol, entry, other, below));
        }
    }

    /** Puts something where the path's node of a level was, or the leaf behind it. */
    private void replace(int level, Object with) {
        Object child = with;
        for (int above = level - 1; above >= 0; above--) {
            Node node = path[above];
            if (node.generation == generation) {
                CHILD.setRelease(node.children, slots[above], child);
                return;
            }
            child = node.replacing(slots[above], child, generation);
        }
        ROOT.setRelease(this, child);
    }

    @Override
    public void scan(byte[] prefix, Predicate<IndexEntry> visitor) {
        Object at = ROOT.getAcquire(this);
        while (at instanceof Node node && node.depth < prefix.length) {
            int slot = node.find(symbol(prefix, prefix.length, node.depth));
            if (slot < 0) {
                return;
            }
            at = CHILD.getAcquire(node.children, slot);
        }
        Object any = at;
        while (any instanceof Node node) {
            any = CHILD.getAcquire(node.children, 0);
        }
        if (at != null && any instanceof IndexEntry entry && entry.startsWith(prefix)) {
            boolean unused = visit(at, visitor);
        }
    }

    private static boolean visit(Object at, Predicate<IndexEntry> visitor) {
        if (at instanceof Node node) {
            Object[] children = node.children;
            for (int i = 0; i < children.length; i++) {
                if (!visit(CHILD.getAcquire(children, i), visitor)) {
                    return false;
                }
            }
            return true;
        }
        return visitor.test((IndexEntry) at);
    }

    @Override
    public OrderedIndex snapshot() {
        RadixIndex snapshot = new RadixIndex(copiesAlways);
        ROOT.setRelease(snapshot, root);
        // Whoever writes to either copies what both share.
        generation++;
        snapshot.generation = generation;
        return snapshot;
    }

    @Override
    public boolean keepsKeys() {
        return false;
    }
}
