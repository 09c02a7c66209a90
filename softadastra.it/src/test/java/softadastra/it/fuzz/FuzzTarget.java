package softadastra.it.fuzz;

import java.util.Locale;

/** Something that is given arbitrary bytes, and must answer them with what is right or with an error of ours. */
public enum FuzzTarget {
    /** One segment file: frames as they come, or with sums put right so that what is behind the sums is reached. */
    SEGMENT,
    /** The directory of a small log of three segments, edited at some places. */
    DIRECTORY,
    /** A checkpoint, in front of the log that goes on from it. */
    CHECKPOINT,
    /** The marker file. */
    MARKER,
    /** Operations of a store, and the records that hold them. */
    OPERATION,
    /** File events. */
    EVENT,
    /** What a peer says to a node. */
    MESSAGE;

    /** What is done with an input. */
    @FunctionalInterface
    interface Body {

        /** Decodes an input and checks the outcome; throws whatever should never be thrown. */
        void accept(FuzzInput input);
    }

    /** Runs one input; anything thrown is a finding. */
    public void run(byte[] input) {
        body().accept(new FuzzInput(input));
    }

    private Body body() {
        return switch (this) {
            case SEGMENT -> new SegmentTarget();
            case DIRECTORY -> new DirectoryTarget();
            case CHECKPOINT -> new CheckpointTarget();
            case MARKER -> new MarkerTarget();
            case OPERATION -> new OperationTarget();
            case EVENT -> new EventTarget();
            case MESSAGE -> new MessageTarget();
        };
    }

    /** The name of its corpus folder. */
    public String folder() {
        return name().toLowerCase(Locale.ROOT);
    }
}
