/**
 * The write-ahead log as its users see it and as its providers implement it.
 *
 * <p>Users open a {@link softadastra.wal.spi.Wal}, or a {@link softadastra.wal.spi.WalWriter}, {@link
 * softadastra.wal.spi.WalReader} or {@link softadastra.wal.spi.WalReplayer} of their own, with a {@link
 * softadastra.wal.spi.WalConfig}. What they get is the same whichever provider stands behind it.
 *
 * <table>
 * <caption>Extension points</caption>
 * <tr><th>interface</th><th>found through</th><th>what it adds</th></tr>
 * <tr><td>{@link softadastra.wal.spi.WalProvider}</td><td>{@code ServiceLoader}, or {@link
 * softadastra.wal.spi.WalConfig#withProvider(WalProvider)}</td><td>another kind of log</td></tr>
 * <tr><td>{@link softadastra.wal.spi.WalLog}</td><td>{@link softadastra.wal.spi.WalProvider#open}</td><td>the log
 * itself; a simple one extends {@link softadastra.wal.spi.SerialWalLog}, in a {@link
 * softadastra.wal.spi.WalDirectory}</td></tr>
 * <tr><td>{@link softadastra.wal.spi.WalInspector}</td><td>{@link softadastra.wal.spi.WalProvider#inspect}</td><td>offline
 * tools for it</td></tr>
 * <tr><td>{@link softadastra.wal.spi.storage.Storage}</td><td>{@link
 * softadastra.wal.spi.WalConfig#withStorage}</td><td>another place for files, or one that fails on demand</td></tr>
 * </table>
 */
package softadastra.wal.spi;
