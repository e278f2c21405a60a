import Base
import Server

/// The `roost` command: reads its arguments and hands over to `Server`.
@main
struct Main {
  static func main() {
    let invocation = Arguments.parse()
    exitProcess(invocation.run())
  }
}
