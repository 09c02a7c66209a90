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

    /** Adds a slot whose key has none yet. */
    void add(Slot slot) {
        Object top = root;
        if (top == null) {
            root = slot;
            return;
        }
        byte[] key = slot.key;
        Slot near = near(top, key);
        int differ = Arrays.mismatch(near.key, key);
        int symbol = RadixNode.symbol(key, differ);
        // Once more, to where the key leaves the tree. To note the way on the first time would cost more.
        RadixNode above = null;
        int taken = 0;
        Object left = null;
        Object at = top;
        while (at instanceof RadixNode node && node.depth < differ) {
            above = node;
            taken = node.find(RadixNode.symbol(key, node.depth));
            left = leftOf(node, taken, left);
            at = node.child(taken);
        }
        Object with;
        if (at instanceof RadixNode node && node.depth == differ) {
            int index = ~node.find(symbol);
            left = leftOf(node, index, left);
            with = node.with(symbol, index, slot);
        } else {
            int other = RadixNode.symbol(near.key, differ);
            left = symbol > other ? at : left;
            with = RadixNode.of(differ, symbol, slot, other, at);
        }
        link(slot, left, top);
        replace(above, taken, with);
    }

    /** What lies nearest before a child of a node, of which all keys come before the child's. */
    private static @Nullable Object leftOf(RadixNode node, int index, @Nullable Object beforeNode) {
        return index > 0 ? node.child(index - 1) : beforeNode;
    }

    /** Has the slot before one lead to it, and it to the slot behind it. */
    private static void link(Slot slot, @Nullable Object left, Object top) {
        if (left == null) {
            slot.next = first(top);
        } else {
            Slot before = last(left);
            slot.next = before.next;
            before.next = slot;
        }
    }

    private static Slot first(Object top) {
        Object at = top;
        while (at instanceof RadixNode node) {
            at = node.child(0);
        }
        return (Slot) at;
    }

    private static Slot last(Object top) {
        Object at = top;
        while (at instanceof RadixNode node) {
            at = node.child(node.size() - 1);
        }
        return (Slot) at;
    }

    /** The slot where the way of a key ends, and where it would leave the tree, any slot below: all there are as near to it. */
    private static Slot near(Object top, byte[] key) {
        Object at = top;
        while (at instanceof RadixNode node) {
            int index = node.find(RadixNode.symbol(key, node.depth));
            at = node.child(Math.max(index, 0));
            while (index < 0 && at instanceof RadixNode below) {
                at = below.child(0);
            }
        }
        return (Slot) at;
    }

    /** Takes a slot out. */
    void remove(Slot slot) {
        RadixNode above = null;
        int taken = 0;
        RadixNode last = null;
        int index = 0;
        Object left = null;
        Object at = root;
        while (at instanceof RadixNode node) {
            above = last;
            taken = index;
            last = node;
            index = node.find(RadixNode.symbol(slot.key, node.depth));
            left = leftOf(node, index, left);
            at = node.child(index);
        }
        if (left != null) {
            last(left).next = slot.next;
        }
        // Whoever holds it holds none of the others.
        slot.next = null;
        replace(above, taken, last == null ? null : last.without(index));
    }

    /** Puts something in the place of a node's child, or of the root. */
    private void replace(@Nullable RadixNode above, int index, @Nullable Object with) {
        if (above == null || with == null) {
            root = with;
        } else {
            above.setChild(index, with);
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

        /**
         * The next slots, as many as there is place for.
         *
         * @param at the place of the first
         * @return behind the last; there is place left only at the end of the walk
         */
        int next(Slot[] target, int at) {
            int filled = at;
            while (filled < target.length) {
                int top = stack.length - 1;
                if (top >= 0) {
                    int before = filled;
                    filled = stack.nodes[top].copySlots(stack.indexes[top], target, filled);
                    stack.indexes[top] += filled - before;
                }
                Slot slot = filled < target.length ? next() : null;
                if (slot == null) {
                    break;
                }
                target[filled++] = slot;
            }
            return filled;
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
