package softadastra.bench;

import java.util.Arrays;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;

/** How long an operation took, in nanoseconds, in each of a contender's blocks. */
final class Figures {

    private final double[] nanos;

    Figures(double... nanosPerOperation) {
        this.nanos = nanosPerOperation.clone();
    }

    /** The median over the blocks, in nanoseconds an operation. */
    double medianNanos() {
        return quantile(0.5, i -> nanos[i]);
    }

    /** Operations a second, by the median. */
    double perSecond() {
        return 1e9 / medianNanos();
    }

    /**
     * How fast this is in multiples of another, which ran its blocks in turn with it: a quantile over the ratios of
     * neighbouring blocks. A disk that drifts between blocks does not move their ratio.
     *
     * @param quantile 0.5 for the median
     */
    double speedTo(Figures other, double quantile) {
        if (other.nanos.length != nanos.length) {
            throw new IllegalArgumentException("not measured in turn");
        }
        return quantile(quantile, i -> other.nanos[i] / nanos[i]);
    }

    private double quantile(double quantile, IntToDoubleFunction value) {
        double[] sorted =
                IntStream.range(0, nanos.length).mapToDouble(value).sorted().toArray();
        double at = quantile * (sorted.length - 1);
        int below = (int) at;
        int above = Math.min(below + 1, sorted.length - 1);
        return sorted[below] + (at - below) * (sorted[above] - sorted[below]);
    }

    @Override
    public String toString() {
        return "Figures" + Arrays.toString(nanos);
    }
}
