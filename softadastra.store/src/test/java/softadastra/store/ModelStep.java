package softadastra.store;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * A step of a {@link ModelScript}, with numbers that say more. As text: {@code putif:3:120:1}.
 *
 * @param verb what is done
 * @param numbers what the verb says; missing ones are 0
 */
record ModelStep(Verb verb, List<Integer> numbers) {

    /** In a batch, in place of a value's length: the key is removed. */
    static final int REMOVED = -1;

    /** What can be done. Keys, prefixes and ranges are given by number, values by their length. */
    enum Verb {
        /** Closes the store and opens it again: flags, see {@link ModelOptions}. */
        OPEN,
        /** Puts: key, length. */
        PUT,
        /** Removes: key. */
        REMOVE,
        /** Writes a batch: key and length, over and over; {@link #REMOVED} for a removal. */
        BATCH,
        /** Puts if absent: key, length. */
        PUTNEW,
        /** Puts if the entry is of a sequence: key, length, which one: its own, none, or an earlier one. */
        PUTIF,
        /** Removes if the entry is of a sequence: key, which one. */
        REMOVEIF,
        /** As PUT, without waiting. */
        APUT,
        /** As REMOVE, without waiting. */
        AREMOVE,
        /** As BATCH, without waiting. */
        ABATCH,
        /** Has what nobody waited for be made durable and answered. */
        ANSWER,
        /** Flushes. */
        FLUSH,
        /** Records a file event: size. */
        EVENT,
        /** Appends a record to the log that the store does not know, where the store does not own it: length. */
        FOREIGN,
        /** Opens a snapshot. */
        SNAP,
        /** Closes a snapshot: which. */
        UNSNAP,
        /** Begins a watch: range, from where: now, the beginning, or so many sequences ago. */
        WATCH,
        /** Has the watches tell. */
        TELL,
        /** Ends a watch: which. */
        UNWATCH,
        /** Writes a checkpoint: how many batches others write once it has begun, and how many while it is written. */
        CHECKPOINT,
        /** Writes the checkpoint that is due by itself, if one is: as CHECKPOINT. */
        AUTO,
        /** Loads the checkpoint that the store was opened on. */
        LOAD,
        /** Has the log do what it does when it is idle. */
        IDLE,
        /** Compares the history, and what is to be sent. */
        HISTORY,
        /** Moves the clock: milliseconds. */
        TICK,
        /** Has a call that changes the disk fail: after how many, how, and whether all from then on do. */
        FAIL,
        /** Limits the disk: how many bytes are left. */
        FULL,
        /** Takes the limit away. */
        ROOM,
        /** Ends the process in the middle: after how many calls that change the disk; power cut's seed, 0 for a kill. */
        CRASH,
        /** Ends the process now, as SIGKILL does. */
        KILL,
        /** Cuts the power now: seed. */
        CUT,
        /** Closes the store. */
        CLOSE
    }

    ModelStep {
        numbers = List.copyOf(numbers);
    }

    static ModelStep of(Verb verb, Integer... numbers) {
        return new ModelStep(verb, List.of(numbers));
    }

    /** A number by its place. */
    int number(int index) {
        return index < numbers.size() ? numbers.get(index) : 0;
    }

    static ModelStep parse(String text) {
        String[] parts = text.split(":", -1);
        List<Integer> numbers = new ArrayList<>();
        for (int i = 1; i < parts.length; i++) {
            numbers.add(Integer.valueOf(parts[i]));
        }
        return new ModelStep(Verb.valueOf(parts[0].toUpperCase(Locale.ROOT)), numbers);
    }

    @Override
    public String toString() {
        String name = verb.name().toLowerCase(Locale.ROOT);
        return numbers.isEmpty()
                ? name
                : name + ":" + numbers.stream().map(String::valueOf).collect(Collectors.joining(":"));
    }
}
