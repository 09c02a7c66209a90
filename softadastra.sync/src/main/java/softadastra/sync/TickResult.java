package softadastra.sync;

/**
 * What one step of synchronisation did.
 *
 * @param peers how many members there are but this node
 * @param moved how many operations came in, went out, or were acknowledged
 * @param outboxSize what is yet to reach some member, after the step; see {@link SyncState}
 */
public record TickResult(int peers, long moved, long outboxSize) {

    /**
     * Whether the step changed nothing.
     *
     * @return whether nothing was moved
     */
    public boolean isIdle() {
        return moved == 0;
    }

    /**
     * The result in words, for people.
     *
     * @return a phrase such as {@code nothing to do: no peer is known, 3 operations wait}
     */
    public String summary() {
        String waiting = outboxSize + (outboxSize == 1 ? " operation waits" : " operations wait");
        if (!isIdle()) {
            return moved + (moved == 1 ? " operation moved, " : " operations moved, ") + waiting;
        }
        return (peers == 0 ? "nothing to do: no peer is known, " : "nothing to do: ") + waiting;
    }
}
