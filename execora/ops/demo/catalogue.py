"""The demo shop's people and goods: invented, but as in a real kirana. GST rates are as of September 2025, for show."""

from typing import NamedTuple


class Person(NamedTuple):
    name: str
    nickname: str
    landmark: str
    phone: str
    opening_rupees: int


class Goods(NamedTuple):
    name: str
    aliases: tuple[str, ...]
    unit: str
    rupees: int
    hsn: str
    gst_percent: int
    stock: int


PEOPLE = (
    Person("Rahul Sharma", "", "mandir wala", "+919820010001", 450),
    Person("Suresh Kumar", "", "", "+919820010002", 1250),
    Person("Priya Nair", "", "", "+919820010003", 800),
    Person("Amit Singh", "", "", "+919820010004", 0),
    Person("Mohan Lal", "", "bus stand", "+919820010005", 620),
    Person("Ramesh Gupta", "Bunty", "", "+919820010006", 0),
    Person("Rahul Verma", "", "ATM wala", "+919820010007", 300),
    Person("Geeta Devi", "", "school wali", "+919820010008", 175),
    Person("Imran Khan", "", "", "+919820010009", 0),
    Person("Lakshmi Iyer", "", "", "+919820010010", 90),
)

GOODS = (
    Goods("Chawal", ("rice", "चावल"), "kg", 60, "1006", 0, 200),
    Goods("Aata", ("atta", "flour", "आटा"), "kg", 42, "1101", 0, 150),
    Goods("Maida", ("मैदा",), "kg", 45, "1101", 0, 60),
    Goods("Besan", ("gram flour", "बेसन"), "kg", 95, "1106", 0, 50),
    Goods("Suji", ("rava", "sooji", "सूजी"), "kg", 48, "1103", 0, 40),
    Goods("Cheeni", ("chini", "sugar", "shakkar", "चीनी"), "kg", 46, "1701", 5, 120),
    Goods("Gud", ("jaggery", "गुड़"), "kg", 70, "1701", 5, 30),
    Goods("Namak", ("salt", "नमक"), "packet", 25, "2501", 0, 100),
    Goods("Arhar Dal", ("toor dal", "tur dal", "अरहर दाल"), "kg", 160, "0713", 0, 60),
    Goods("Moong Dal", ("मूंग दाल",), "kg", 120, "0713", 0, 60),
    Goods("Chana Dal", ("चना दाल",), "kg", 90, "0713", 0, 60),
    Goods("Masoor Dal", ("मसूर दाल",), "kg", 100, "0713", 0, 40),
    Goods("Rajma", ("राजमा",), "kg", 150, "0713", 0, 30),
    Goods("Kabuli Chana", ("chhole", "छोले"), "kg", 130, "0713", 0, 30),
    Goods("Sarson Tel", ("sarson ka tel", "mustard oil", "सरसों का तेल"), "litre", 165, "1514", 5, 50),
    Goods("Tel", ("oil", "refined oil", "refined", "तेल"), "litre", 140, "1512", 5, 80),
    Goods("Ghee", ("घी",), "kg", 620, "0405", 5, 20),
    Goods("Doodh", ("milk", "दूध"), "packet", 33, "0401", 0, 100),
    Goods("Dahi", ("curd", "दही"), "packet", 35, "0403", 0, 40),
    Goods("Paneer", ("पनीर",), "kg", 360, "0406", 0, 10),
    Goods("Chai Patti", ("chaipatti", "tea", "चायपत्ती"), "packet", 140, "0902", 5, 50),
    Goods("Coffee", ("कॉफी",), "packet", 180, "2101", 5, 20),
    Goods("Biscuit", ("biskut", "बिस्किट"), "packet", 10, "1905", 5, 200),
    Goods("Bread", ("double roti", "ब्रेड"), "packet", 45, "1905", 0, 25),
    Goods("Maggi", ("noodles", "मैगी"), "packet", 14, "1902", 5, 150),
    Goods("Namkeen", ("नमकीन",), "packet", 50, "2106", 5, 60),
    Goods("Chips", ("चिप्स",), "packet", 20, "2005", 5, 80),
    Goods("Cold Drink", ("thanda", "कोल्ड ड्रिंक"), "bottle", 40, "2202", 40, 60),
    Goods("Haldi", ("turmeric", "हल्दी"), "packet", 40, "0910", 5, 50),
    Goods("Mirchi Powder", ("lal mirch", "मिर्ची पाउडर"), "packet", 55, "0904", 5, 50),
    Goods("Dhaniya Powder", ("dhaniya", "धनिया"), "packet", 45, "0909", 5, 50),
    Goods("Jeera", ("cumin", "जीरा"), "kg", 320, "0909", 5, 10),
    Goods("Garam Masala", ("गरम मसाला",), "packet", 75, "0910", 5, 30),
    Goods("Aloo", ("alu", "potato", "आलू"), "kg", 30, "0701", 0, 100),
    Goods("Pyaaz", ("pyaz", "onion", "प्याज"), "kg", 40, "0703", 0, 100),
    Goods("Anda", ("ande", "egg", "eggs", "अंडा"), "piece", 7, "0407", 0, 300),
    Goods("Sabun", ("soap", "साबुन"), "piece", 38, "3401", 5, 120),
    Goods("Shampoo", ("शैम्पू",), "bottle", 120, "3305", 5, 30),
    Goods("Colgate", ("toothpaste", "कोलगेट"), "piece", 65, "3306", 5, 60),
    Goods("Surf Excel", ("surf", "detergent", "सर्फ"), "packet", 130, "3402", 18, 40),
)
