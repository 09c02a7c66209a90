package softadastra.sync;

/**
 * Whether a node asks for all that stands elsewhere, and not only for what it lacks. It does where it has operations, before it was ever
 * told what stands, of somebody who wants less than it does: who hands these on may not have been told that they were removed, and who
 * was may have forgotten it before this node was there.
 *
 * <p>Only who wants everything can tell. So it ends if nothing more comes of such a one, and others tell what they have. For one thread.
 */
final class AsksForAll {

    /** So long nothing need have come. */
    private static final long PATIENCE_NANOS = 30_000_000_000L;

    private boolean on;
    private boolean isTimed;
    private long until;

    /**
     * Begins.
     *
     * @param on whether it has asked before it was opened, and is being told
     */
    AsksForAll(boolean on) {
        this.on = on;
    }

    /** Asks from here on, as somebody can tell. */
    void begin(long now) {
        on = true;
        isTimed = true;
        until = now + PATIENCE_NANOS;
    }

    /** Something has come. */
    void goOn(long now) {
        if (on) {
            begin(now);
        }
    }

    /** Whether it has asked, and nothing more has come for too long: from here on it does not. */
    boolean hasEnded(long now) {
        return on && !isOn(now);
    }

    /** It has been told. */
    void end() {
        on = false;
    }

    /** Whether it asks, as of when it was looked at last. */
    boolean isAsking() {
        return on;
    }

    boolean isOn(long now) {
        if (on && !isTimed) {
            begin(now);
        }
        on &= now - until < 0;
        return on;
    }
}
