package softadastra.sync;

import java.util.Collections;
import java.util.SortedSet;
import java.util.TreeSet;
import softadastra.store.Origin;

/**
 * What a node passes on of a member to somebody who does not hear that.
 *
 * @param cut its last cut
 * @param silenceMillis how many milliseconds ago something was heard of it
 * @param accused the members that it has not heard of for longer than the retention
 */
record Relayed(Cut cut, long silenceMillis, SortedSet<Origin> accused) {

    Relayed {
        accused = Collections.unmodifiableSortedSet(new TreeSet<>(accused));
    }
}
