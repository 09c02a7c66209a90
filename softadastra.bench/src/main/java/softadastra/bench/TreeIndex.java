package softadastra.bench;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A B+tree whose nodes are copied when their keys change, and put in place of the old ones by one store; a child or an entry is
 * replaced in place where the node belongs to the current generation, else the path to it is copied, as in {@link RadixIndex}.
 */
final class TreeIndex implements OrderedIndex {

    private static final int MOST = 64;

    private static final VarHandle CHILD = MethodHandles.arrayElementVarHandle(Object[].class);
    private static final VarHandle ROOT;

    static {
        try {
            ROOT = MethodHandles.lookup().findVarHandle(TreeIndex.class, "root", Node.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /** An inner node has a key less than it has children; a leaf has none, and entries for children. */
    private static final class Node {
        final int generation;
        final byte @Nullable [][] keys;
        final Object[] children;

        Node(int generation, byte @Nullable [][] keys, Object[] children) {
            this.generation = generation;
            this.keys = keys;
            this.children = children;
        }

        /** The child to look in; for a leaf the place of a key, or where it would be, as its complement. */
        int find(byte[] key) {
            byte[][] separators = keys;
            int low = 0;
            int high = (separators == null ? children.length : separators.length) - 1;
            while (low <= high) {
                int middle = (low + high) >>> 1;
                int order = separators == null
                        ? ((IndexEntry) CHILD.getAcquire(children, middle)).compareKey(key)
                        : Arrays.compareUnsigned(separators[middle], key);
                if (order < 0) {
                    low = middle + 1;
                } else if (order > 0) {
                    high = middle - 1;
                } else {
                    return separators == null ? middle : middle + 1;
                }
            }
            return separators == null ? ~low : low;
        }
    }

    private final boolean copiesAlways;

    private Node root;
    private int generation;

    private final Node[] path = new Node[16];
    private final int[] slots = new int[16];

    /**
     * An empty index.
     *
     * @param copiesAlways whether each put is a generation of its own
     */
    TreeIndex(boolean copiesAlways) {
        this.copiesAlways = copiesAlways;
        this.root = new Node(0, null, new Object[0]);
    }

    @Override
    public @Nullable IndexEntry get(byte[] key) {
        Node node = (Node) ROOT.getAcquire(this);
        while (node.keys != null) {
            node = (Node) CHILD.getAcquire(node.children, node.find(key));
        }
        int at = node.find(key);
        return at < 0 ? null : (IndexEntry) CHILD.getAcquire(node.children, at);
    }

    @Override
    public void put(byte[] key, IndexEntry entry) {
        if (copiesAlways) {
            generation++;
        }
        Node node = root;
        int level = 0;
        while (node.keys != null) {
            int at = node.find(key);
            path[level] = node;
            slots[level++] = at;
            node = (Node) node.children[at];
        }
        int at = node.find(key);
        if (at >= 0) {
            path[level] = node;
            slots[level++] = at;
            replace(level, entry);
            return;
        }
        Object[] more = inserted(node.children, ~at, entry);
        if (more.length <= MOST) {
            replace(level, new Node(generation, null, more));
            return;
        }
        int half = ~at == more.length - 1 ? more.length - 1 : more.length / 2;
        Node left = new Node(generation, null, Arrays.copyOfRange(more, 0, half));
        Node right = new Node(generation, null, Arrays.copyOfRange(more, half, more.length));
        split(level, left, ((IndexEntry) more[half]).key(), right);
    }

    /** Puts two nodes where the path's node of a level was. */
    private void split(int level, Node first, byte[] firstBetween, Node second) {
        Node left = first;
        byte[] between = firstBetween;
        Node right = second;
        for (int above = level - 1; above >= 0; above--) {
            Node node = path[above];
            int at = slots[above];
            byte[][] separators = node.keys;
            if (separators == null) {
                throw new IllegalStateException("a leaf above a node");
            }
            byte[][] keys = new byte[separators.length + 1][];
            System.arraycopy(separators, 0, keys, 0, at);
            keys[at] = between;
            System.arraycopy(separators, at, keys, at + 1, separators.length - at);
            Object[] children = inserted(node.children, at + 1, right);
            children[at] = left;
            if (children.length <= MOST) {
                replace(above, new Node(generation, keys, children));
                return;
            }
            int half = at == separators.length ? children.length - 1 : children.length / 2;
            left = new Node(generation, Arrays.copyOfRange(keys, 0, half - 1), Arrays.copyOfRange(children, 0, half));
            between = keys[half - 1];
            right = new Node(
                    generation,
                    Arrays.copyOfRange(keys, half, keys.length),
                    Arrays.copyOfRange(children, half, children.length));
        }
        ROOT.setRelease(this, new Node(generation, new byte[][] {between}, new Object[] {left, right}));
    }

    private void replace(int level, Object with) {
        Object child = with;
        for (int above = level - 1; above >= 0; above--) {
            Node node = path[above];
            if (node.generation == generation) {
                CHILD.setRelease(node.children, slots[above], child);
                return;
            }
            Object[] copy = node.children.clone();
            copy[slots[above]] = child;
            child = new Node(generation, node.keys, copy);
        }
        ROOT.setRelease(this, (Node) child);
    }

    private static Object[] inserted(Object[] all, int at, Object one) {
        Object[] more = new Object[all.length + 1];
        System.arraycopy(all, 0, more, 0, at);
        more[at] = one;
        System.arraycopy(all, at, more, at + 1, all.length - at);
        return more;
    }

    @Override
    public void scan(byte[] prefix, Predicate<IndexEntry> visitor) {
        boolean unused = visit((Node) ROOT.getAcquire(this), prefix, true, visitor);
    }

    private static boolean visit(Node node, byte[] prefix, boolean first, Predicate<IndexEntry> visitor) {
        int start = first ? node.find(prefix) : 0;
        boolean leaf = node.keys == null;
        for (int i = start < 0 ? ~start : start; i < node.children.length; i++) {
            Object child = CHILD.getAcquire(node.children, i);
            if (leaf) {
                IndexEntry entry = (IndexEntry) child;
                if (!entry.startsWith(prefix) || !visitor.test(entry)) {
                    return false;
                }
            } else if (!visit((Node) child, prefix, first && i == start, visitor)) {
                return false;
            }
        }
        return true;
    }

    @Override
    public OrderedIndex snapshot() {
        TreeIndex snapshot = new TreeIndex(copiesAlways);
        ROOT.setRelease(snapshot, root);
        generation++;
        snapshot.generation = generation;
        return snapshot;
    }

    @Override
    public boolean keepsKeys() {
        return false;
    }
}
