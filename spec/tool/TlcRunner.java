import java.io.BufferedReader;
import java.io.File;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.lang.reflect.Field;
import java.util.Arrays;
import tlc2.TLC;
import tlc2.output.EC;
import util.InternTable;
import util.SimpleFilenameToStream;
import util.ToolIO;
import util.UniqueString;

/**
 * Runs TLC for one check after another in one process, so that its classes are loaded and compiled once.
 *
 * A line of the standard input is the folder of a check and the arguments of TLC, separated by tabs. The
 * report goes to report.txt in that folder, the exit code to the standard output. The first check warms
 * up: it must load all that has names of its own. Each later one starts with the table of names that is
 * there then, so that no result depends on the checks before it: TLC orders sets of strings by that.
 */
public class TlcRunner {
  private static final String[] TABLE = {"count", "length", "thresh", "table", "tokenCnt"};

  public static void main(String[] none) throws Exception {
    PrintStream answers = System.out;
    BufferedReader jobs = new BufferedReader(new InputStreamReader(System.in));
    InternTable names = null;
    for (String line = jobs.readLine(); line != null; line = jobs.readLine()) {
      String[] parts = line.split("\t");
      if (names != null) UniqueString.internTbl = copyOf(names);
      int exit = run(parts[0], Arrays.copyOfRange(parts, 1, parts.length));
      if (names == null) names = copyOf(UniqueString.internTbl);
      answers.println(exit);
      answers.flush();
    }
    System.exit(0);
  }

  private static int run(String folder, String[] arguments) throws Exception {
    for (UniqueString name : UniqueString.internTbl.toMap().values()) name.setLoc(-1);
    field("tlc2.tool.liveness.LiveWorker", "errFoundByThread").setInt(null, -1);
    field("tlc2.util.BufferedRandomAccessFile", "numAvailBuffs").setInt(null, 0);
    PrintStream report = new PrintStream(new File(folder, "report.txt"));
    ToolIO.out = report;
    ToolIO.err = report;
    System.setOut(report);
    System.setErr(report);
    ToolIO.setUserDir(folder);
    try {
      TLC tlc = new TLC();
      if (!tlc.handleParameters(arguments)) return 255;
      tlc.setResolver(new SimpleFilenameToStream(folder));
      return EC.ExitStatus.errorConstantToExitStatus(tlc.process());
    } catch (Throwable error) {
      error.printStackTrace(report);
      return 255;
    } finally {
      report.close();
    }
  }

  private static InternTable copyOf(InternTable names) throws Exception {
    InternTable copy = new InternTable(1);
    for (String name : TABLE) {
      Field field = field("util.InternTable", name);
      Object value = field.get(names);
      field.set(copy, value instanceof Object[] ? ((Object[]) value).clone() : value);
    }
    return copy;
  }

  private static Field field(String type, String name) throws Exception {
    Field field = Class.forName(type).getDeclaredField(name);
    field.setAccessible(true);
    return field;
  }
}
