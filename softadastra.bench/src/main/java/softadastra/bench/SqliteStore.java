package softadastra.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * SQLite in WAL mode, with a cache that holds everything: one table whose primary key is the key, a transaction for each put. It
 * has one writer at a time; so threads share one connection and wait for it in Java, which costs less than asking again.
 */
final class SqliteStore implements KeyValueStore {

    private static final int CACHE_KIB = 512 << 10;

    private final Path file;
    private final boolean sync;
    private Connection connection;
    private PreparedStatement put;
    private PreparedStatement get;
    private PreparedStatement from;

    /**
     * Opens a new database.
     *
     * @param sync whether each transaction is forced
     */
    SqliteStore(Path folder, boolean sync) throws IOException, SQLException {
        this.file = Files.createDirectories(folder).resolve("store.sqlite");
        this.sync = sync;
        this.connection = connect();
        this.put = connection.prepareStatement("INSERT OR REPLACE INTO entries VALUES (?, ?)");
        this.get = connection.prepareStatement("SELECT value FROM entries WHERE key = ?");
        this.from = connection.prepareStatement("SELECT key, value FROM entries WHERE key >= ? ORDER BY key");
    }

    private Connection connect() throws SQLException {
        Connection opened = DriverManager.getConnection("jdbc:sqlite:" + file);
        try (Statement statement = opened.createStatement()) {
            statement.execute("PRAGMA journal_mode=WAL");
            statement.execute("PRAGMA synchronous=" + (sync ? "FULL" : "NORMAL"));
            statement.execute("PRAGMA cache_size=-" + CACHE_KIB);
            statement.execute("CREATE TABLE IF NOT EXISTS entries (key BLOB PRIMARY KEY, value BLOB) WITHOUT ROWID");
        }
        return opened;
    }

    @Override
    public String name() {
        return "SQLite";
    }

    @Override
    public synchronized void put(RecordSource source) throws SQLException {
        put.setBytes(1, source.keyBytes());
        put.setBytes(2, source.value());
        WrongResultException.require(1, put.executeUpdate(), "rows put");
    }

    @Override
    public void load(RecordSource source, int records) throws SQLException {
        connection.setAutoCommit(false);
        for (int i = 0; i < records; i++) {
            source.next();
            put(source);
        }
        connection.commit();
        connection.setAutoCommit(true);
    }

    @Override
    public synchronized int get(Probe key) throws SQLException {
        get.setBytes(1, key.utf8());
        try (ResultSet rows = get.executeQuery()) {
            return rows.next() ? rows.getBytes(1).length : -1;
        }
    }

    @Override
    public synchronized long scan(Probe prefix) throws SQLException {
        from.setBytes(1, prefix.utf8());
        long length = 0;
        try (ResultSet rows = from.executeQuery()) {
            while (rows.next() && prefix.begins(rows.getBytes(1))) {
                length += rows.getBytes(2).length;
            }
        }
        return length;
    }

    @Override
    public synchronized void visit(PeerLog.Visitor visitor) throws SQLException {
        byte[] record = new byte[RecordSource.BYTES];
        from.setBytes(1, new byte[0]);
        try (ResultSet rows = from.executeQuery()) {
            while (rows.next()) {
                RecordSource.join(rows.getBytes(1), rows.getBytes(2), record);
                visitor.accept(record, 0, record.length);
            }
        }
    }

    @Override
    public void reopen() throws SQLException {
        connection.close();
        connection = connect();
        put = connection.prepareStatement("INSERT OR REPLACE INTO entries VALUES (?, ?)");
        get = connection.prepareStatement("SELECT value FROM entries WHERE key = ?");
        from = connection.prepareStatement("SELECT key, value FROM entries WHERE key >= ? ORDER BY key");
    }

    @Override
    public void close() throws IOException {
        try {
            connection.close();
        } catch (SQLException e) {
            throw new IOException(e);
        }
    }
}
