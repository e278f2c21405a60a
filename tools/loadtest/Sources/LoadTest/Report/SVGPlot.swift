/// A line plot as inline SVG: axes, ticks, a legend, a shaded range.
///
/// ```
///  unit │      ╭─╮
///       │ ─────╯ ╰────     one polyline a series; missing values break it
///       └───────────────
/// ```
/// It writes no script and loads nothing, so that a report can be mailed.
struct SVGPlot {
  /// One line of a plot.
  struct Series {
    let name: String
    /// A class of the style sheet, which gives the colour.
    let style: String
    let points: [(x: Double, y: Double?)]
  }

  let title: String
  let xUnit: String
  let series: [Series]
  /// What to shade: the measured time.
  let shaded: ClosedRange<Double>?
  /// How a value of the y axis is written.
  let label: (Double) -> String

  private static let width = 720.0
  private static let height = 240.0
  private static let left = 76.0
  private static let right = 34.0
  private static let top = 12.0
  private static let bottom = 30.0

  /// The figure element.
  var html: String {
    let xs = series.flatMap { $0.points.map(\.x) }
    let xMin = xs.min() ?? 0
    let xMax = max(xs.max() ?? 1, xMin + 1e-9)
    let yMax = max(SVGPlot.niceMax(series.flatMap { $0.points.compactMap(\.y) }.max() ?? 0), 1e-12)
    let x = { (value: Double) in
      SVGPlot.left + (value - xMin) / (xMax - xMin) * (SVGPlot.width - SVGPlot.left - SVGPlot.right)
    }
    let y = { (value: Double) in
      SVGPlot.height - SVGPlot.bottom - value / yMax * (SVGPlot.height - SVGPlot.top - SVGPlot.bottom)
    }
    var svg = "<figure><figcaption>\(SVGPlot.escaped(title)) \(legend)</figcaption>"
    svg += "<svg viewBox=\"0 0 \(Int(SVGPlot.width)) \(Int(SVGPlot.height))\" role=\"img\">"
    svg += "<title>\(SVGPlot.escaped(title))</title>"
    if let shaded {
      let from = x(min(max(shaded.lowerBound, xMin), xMax))
      let to = x(min(max(shaded.upperBound, xMin), xMax))
      svg += "<rect class=\"shade\" x=\"\(SVGPlot.number(from))\" y=\"\(Int(SVGPlot.top))\" "
      svg +=
        "width=\"\(SVGPlot.number(to - from))\" height=\"\(Int(SVGPlot.height - SVGPlot.top - SVGPlot.bottom))\"/>"
    }
    for step in 0...4 {
      let value = yMax * Double(step) / 4
      svg += "<line class=\"grid\" x1=\"\(Int(SVGPlot.left))\" x2=\"\(Int(SVGPlot.width - SVGPlot.right))\" "
      svg += "y1=\"\(SVGPlot.number(y(value)))\" y2=\"\(SVGPlot.number(y(value)))\"/>"
      svg += "<text class=\"end\" x=\"\(Int(SVGPlot.left) - 6)\" y=\"\(SVGPlot.number(y(value) + 4))\">"
      svg += SVGPlot.escaped(label(value)) + "</text>"
    }
    for step in 0...4 {
      let value = xMin + (xMax - xMin) * Double(step) / 4
      svg += "<text class=\"mid\" x=\"\(SVGPlot.number(x(value)))\" y=\"\(Int(SVGPlot.height) - 8)\">"
      svg += SVGPlot.escaped("\(Figure.fixed(value, xMax - xMin < 8 ? 1 : 0)) \(xUnit)") + "</text>"
    }
    for line in series { svg += SVGPlot.path(line, x, y) }
    return svg + "</svg></figure>\n"
  }

  private var legend: String {
    series.map { "<span class=\"\($0.style)\">\(SVGPlot.escaped($0.name))</span>" }.joined(separator: " ")
  }

  private static func path(_ series: Series, _ x: (Double) -> Double, _ y: (Double) -> Double) -> String {
    var d = ""
    var isDown = false
    for point in series.points {
      guard let value = point.y else {
        isDown = false
        continue
      }
      d += "\(isDown ? "L" : "M")\(number(x(point.x))) \(number(y(value)))"
      isDown = true
    }
    return "<path class=\"\(series.style)\" d=\"\(d)\"/>"
  }

  /// The next of 1, 2, 2.5, 5 × a power of ten.
  static func niceMax(_ value: Double) -> Double {
    guard value > 0, value.isFinite else { return 1 }
    var scale = 1.0
    while scale * 10 <= value { scale *= 10 }
    while scale > value { scale /= 10 }
    return [1, 2, 2.5, 5, 10].map { $0 * scale }.first { $0 >= value } ?? scale * 10
  }

  private static func number(_ value: Double) -> String { Figure.fixed(value, 1) }

  /// `text` as HTML character data.
  static func escaped(_ text: String) -> String {
    var result = ""
    for character in text {
      switch character {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      default: result.append(character)
      }
    }
    return result
  }
}
