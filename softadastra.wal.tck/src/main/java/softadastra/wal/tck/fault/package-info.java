/**
 * Disks that fail, and what checks that a log survives them.
 *
 * <table>
 * <caption>Where what is</caption>
 * <tr><td>{@link softadastra.wal.tck.fault.SimulatedStorage}</td><td>a disk in memory that knows what a crash may leave of
 * it</td></tr>
 * <tr><td>{@link softadastra.wal.tck.fault.CrashChoice}</td><td>decides what one crash does leave</td></tr>
 * <tr><td>{@link softadastra.wal.tck.fault.FaultInjectingStorage}</td><td>fails chosen calls on any storage</td></tr>
 * <tr><td>{@link softadastra.wal.tck.fault.IoFaults}</td><td>says which calls</td></tr>
 * <tr><td>{@link softadastra.wal.tck.fault.CrashExplorer}</td><td>crashes a workload after each of its calls, in many ways, and
 * checks each recovery</td></tr>
 * <tr><td>{@link softadastra.wal.tck.fault.CrashScript}</td><td>a workload as a list of steps, which is shrunk where it fails</td></tr>
 * <tr><td>{@link softadastra.wal.tck.fault.FaultExplorer}</td><td>fails each call of a workload in turn, in every way</td></tr>
 * </table>
 *
 * <p>All of it is deterministic: the same calls and the same seed give the same disk.
 */
package softadastra.wal.tck.fault;
