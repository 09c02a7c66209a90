package softadastra.sync;

/** What nodes guarantee together, as a {@link Simulation} checks it. */
enum Invariant {
    /** What was acknowledged to who wrote it is there after any crash. */
    I1,
    /** Nothing is sent before it is durable. */
    I2,
    /** Nothing is acknowledged to others before it is durable. */
    I3,
    /** The state is what the log adds up to, and vectors have no gaps. */
    I4,
    /** What comes twice, or late, changes nothing. */
    I5,
    /** Who holds the same has the same. */
    I6,
    /** Once everything arrives, all hold the same before long, and have nothing left to send. */
    I7,
    /** What stands in the end follows from what was written, whatever the order it came in. */
    I8,
    /** Nothing that was removed comes back. */
    I9,
    /** A write takes the place of what its writer saw, whatever the clocks say. */
    I10,
    /** No stamp is below what was promised, crashes included. */
    I11,
    /** The outbox is the sum of its parts, and counts whatever somebody lacks. */
    I12,
    /** History goes only when what somebody lacks of it can be served otherwise. */
    I13,
    /** Every value that loses against one whose writer did not know it is reported. */
    I14,
    /** An operation that is rejected holds up nothing. */
    I15,
    /** No more than a window is on its way. */
    I16,
    /** One seed is one run. */
    I17
}
