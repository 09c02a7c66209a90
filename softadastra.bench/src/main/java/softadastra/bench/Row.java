package softadastra.bench;

import java.util.Locale;

/**
 * A line of the table.
 *
 * @param work what is done
 * @param ours how we do it
 * @param limit how it is done at best
 * @param ratio ours to the limit; for speeds, above 1 is faster
 * @param peers how others do it
 * @param target what is to be reached
 */
record Row(String work, String ours, String limit, String ratio, String peers, String target) {

    /** A line without peers. */
    Row(String work, String ours, String limit, String ratio, String target) {
        this(work, ours, limit, ratio, "", target);
    }

    static String perSecond(double operations) {
        return String.format(Locale.ROOT, "%,.0f/s", operations);
    }

    static String ratio(double ratio) {
        return String.format(Locale.ROOT, ratio < 10 ? "%.2f" : "%.1f", ratio);
    }

    /** The median ratio of two speeds, and where the middle half of the ratios lies. */
    static String ratio(Figures ours, Figures limit) {
        return ratio(ours.speedTo(limit, 0.5)) + " (" + ratio(ours.speedTo(limit, 0.25)) + " to "
                + ratio(ours.speedTo(limit, 0.75)) + ")";
    }
}
