package softadastra.store;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * All slots in the order of their keys: a radix tree over the keys' bytes ({@link RadixNode}). What the keys below a node have in
 * common is not kept, but seen in any of them.
 *
 * <p>One writer at a time: it makes a new node and puts it in the old one's place, by one write. Readers take no lock. A walk
 * that has come to a node which is replaced goes on in the old one: it sees every key that was there when it began and still is,
 * and may or may not see those that come meanwhile.
 */
final class OrderedIndex {

    /** A node, a slot, or null for no slot at all. */
    private volatile @Nullable Object root;

    /** Where the writer went last; used again. */
    private final Path way = new Path();

    /** Adds a slot whose key has none yet. */
    void add(Slot slot) {
        Slot near = way.descend(root, slot.key);
        if (near == null) {
            root = slot;
            return;
        }
        int differ = Arrays.mismatch(near.key, slot.key);
        int symbol = RadixNode.symbol(slot.key, differ);
        int level = way.levelOf(differ);
        RadixNode at = level < way.length ? way.nodes[level] : null;
        if (at != null && at.depth == differ) {
            replace(level, at.with(symbol, ~way.indexes[level], slot));
        } else {
            int other = RadixNode.symbol(near.key, differ);
            replace(level, RadixNode.of(differ, symbol, slot, other, at == null ? near : at));
        }
        way.forget();
    }

    /** Takes a slot out. */
    void remove(Slot slot) {
        way.descend(root, slot.key);
        int last = way.length - 1;
        if (last < 0) {
            root = null;
        } else {
            replace(last, way.nodes[last].without(way.indexes[last]));
        }
        way.forget();
    }

    /** Puts something in the place of the way's node of a level, or of the slot behind it. */
    private void replace(int level, Object with) {
        if (level == 0) {
            root = with;
        } else {
            way.nodes[level - 1].setChild(way.indexes[level - 1], with);
        }
    }

    /** A walk over the slots whose keys are not below one, in order. */
    Cursor from(byte[] key) {
        return new Cursor(root, key);
    }

    /** The nodes from the root to a slot, and which of their children it took. */
    private static final class Path {
        private static final RadixNode[] NONE = {};

        RadixNode[] nodes = NONE;
        int[] indexes = {};
        int length;

        void push(RadixNode node, int index) {
            if (length == nodes.length) {
                nodes = Arrays.copyOf(nodes, Math.max(8, 2 * length));
                indexes = Arrays.copyOf(indexes, nodes.length);
            }
            nodes[length] = node;
            indexes[length++] = index;
        }

        /**
         * Goes where a key is, or would be; where it would leave the tree, along any way below: all keys there have the same in
         * common with it. An index there is the complement of where it would be.
         *
         * @return the slot at the end, null in an empty tree
         */
        @Nullable
        Slot descend(@Nullable Object root, byte[] key) {
            length = 0;
            Object at = root;
            while (at instanceof RadixNode node) {
                int index = node.find(RadixNode.symbol(key, node.depth));
                push(node, index);
                at = node.child(Math.max(index, 0));
                while (index < 0 && at instanceof RadixNode below) {
                    at = below.child(0);
                }
            }
            return (Slot) at;
        }

        /** The first level whose node does not come before a place of the key. */
        int levelOf(int depth) {
            int level = 0;
            while (level < length && nodes[level].depth < depth) {
                level++;
            }
            return level;
        }

        /** Lets the nodes go, which may be replaced. */
        void forget() {
            Arrays.fill(nodes, 0, length, null);
            length = 0;
        }
    }

    /** See {@link OrderedIndex#from}. For one thread. */
    static final class Cursor {
        /** The nodes above the next slot, and the index of the child of each that comes next. */
        private final Path stack = new Path();

        /** The next slot, where it is not a child of the last node. */
        private @Nullable Slot next;

        private Cursor(@Nullable Object root, byte[] key) {
            Slot near = stack.descend(root, key);
            if (near != null) {
                seek(near, key);
            }
        }

        private void seek(Slot near, byte[] key) {
            int differ = Arrays.mismatch(near.key, key);
            if (differ < 0) {
                leave(stack.length);
                next = near;
                return;
            }
            int level = stack.levelOf(differ);
            RadixNode at = level < stack.length ? stack.nodes[level] : null;
            if (at != null && at.depth == differ) {
                int index = ~stack.indexes[level];
                leave(level);
                stack.push(at, index);
                return;
            }
            leave(level);
            // All keys from here on differ from the key in the same place, in the same way.
            if (RadixNode.symbol(near.key, differ) > RadixNode.symbol(key, differ)) {
                if (at == null) {
                    next = near;
                } else {
                    stack.push(at, 0);
                }
            }
        }

        /** Leaves all but the first levels, each behind the child that was gone to. */
        private void leave(int levels) {
            stack.length = levels;
            for (int i = 0; i < levels; i++) {
                stack.indexes[i]++;
            }
        }

        /** The next slot, null at the end. */
        @Nullable
        Slot next() {
            Slot slot = next;
            if (slot != null) {
                next = null;
                return slot;
            }
            while (stack.length > 0) {
                int top = stack.length - 1;
                RadixNode node = stack.nodes[top];
                int index = stack.indexes[top]++;
                if (index == node.size()) {
                    stack.length--;
                    continue;
                }
                Object child = node.child(index);
                if (child instanceof Slot found) {
                    return found;
                }
                stack.push((RadixNode) child, 0);
            }
            return null;
        }
    }
}
