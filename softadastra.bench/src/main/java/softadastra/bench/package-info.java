/** Benchmarks of the log and the store. */
@NullMarked
package softadastra.bench;

import org.jspecify.annotations.NullMarked;
