/**
 * Commands and the store they work on, which another process may have open.
 *
 * <p>One log has one owner, so while a node runs, commands reach its store through it. {@link softadastra.cli.control.Node} is what
 * a command is written against: {@link softadastra.cli.control.OwnNode} is a store that this process has open, {@link
 * softadastra.cli.control.RunningNode} that of a node which runs on this machine, through its {@link
 * softadastra.cli.control.ControlServer}.
 *
 * <p>What goes between the two is no format for others: both are of one release, and say so to each other first.
 */
@NullMarked
package softadastra.cli.control;

import org.jspecify.annotations.NullMarked;
