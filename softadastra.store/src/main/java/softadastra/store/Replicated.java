package softadastra.store;

/**
 * What {@link Replication#apply} did.
 *
 * @param lastSequence the last sequence it logged, 0 if nothing
 * @param won how many operations became the values of their keys, or removed them
 * @param lost how many lost against what stood there
 * @param passedOver how many were not logged: they are held already, or come before something they depend on
 */
public record Replicated(long lastSequence, int won, int lost, int passedOver) {

    static final Replicated NOTHING = new Replicated(0, 0, 0, 0);

    /**
     * How many operations were logged.
     *
     * @return those that won, and those that lost
     */
    public int taken() {
        return won + lost;
    }
}
