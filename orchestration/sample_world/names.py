"""Names and places from which the people of the sample world are made. Lists only."""

import numpy as np

LANGUAGES = ("en", "pl", "ru", "zh", "es", "de")
COUNTRIES = ("PL", "DE", "ES", "GB")

# Share of each language among the customers of a country, in the order of LANGUAGES.
LANGUAGE_SHARES = {
    "PL": (0.05, 0.76, 0.13, 0.03, 0.01, 0.02),
    "DE": (0.07, 0.07, 0.07, 0.04, 0.02, 0.73),
    "ES": (0.08, 0.02, 0.04, 0.05, 0.79, 0.02),
    "GB": (0.80, 0.08, 0.02, 0.05, 0.03, 0.02),
}

# By language and gender. In Cyrillic and Chinese with the Latin form after a slash.
GIVEN_NAMES = {
    "en": {
        "female": "Olivia Amelia Isla Ava Mia Grace Emily Freya Charlotte Sophie Ella Lucy Ruth "
        "Alice Daisy Poppy Harriet Imogen Jessica Megan Rebecca Hannah Zara Beth Holly",
        "male": "George Oliver Harry Jack Noah Arthur Leo Oscar James William Thomas Henry Adam "
        "Edward Joseph Samuel Daniel Callum Rhys Owen Isaac Toby Finlay Hugo Ryan",
    },
    "pl": {
        "female": "Anna Katarzyna Małgorzata Agnieszka Zofia Łucja Żaneta Hanna Joanna Elżbieta "
        "Magdalena Monika Barbara Ewa Aleksandra Natalia Karolina Weronika Julia Maja Iga Dorota",
        "male": "Piotr Krzysztof Andrzej Tomasz Paweł Michał Łukasz Grzegorz Jan Stanisław Bożydar "
        "Marcin Jakub Mateusz Adam Wojciech Kamil Filip Szymon Bartosz Maciej Rafał Robert Jacek",
    },
    "ru": {
        "female": "Анна/Anna Мария/Maria Елена/Elena Ольга/Olga Наталья/Natalia Светлана/Svetlana "
        "Ирина/Irina Дарья/Daria Юлия/Yulia Ксения/Ksenia "
        "Вера/Vera Галина/Galina Людмила/Lyudmila Тамара/Tamara Алина/Alina Полина/Polina",
        "male": "Александр/Alexander Дмитрий/Dmitry Сергей/Sergey Андрей/Andrey Алексей/Alexey "
        "Иван/Ivan Михаил/Mikhail Никита/Nikita Егор/Egor Павел/Pavel "
        "Олег/Oleg Игорь/Igor Роман/Roman Виктор/Viktor Степан/Stepan Тимур/Timur Глеб/Gleb",
    },
    "zh": {
        "female": "芳/Fang 娜/Na 秀英/Xiuying 敏/Min 静/Jing 丽/Li 艳/Yan 雪/Xue 婷/Ting 梅/Mei",
        "male": "伟/Wei 强/Qiang 磊/Lei 军/Jun 洋/Yang 勇/Yong 杰/Jie 涛/Tao 明/Ming 浩/Hao",
    },
    "es": {
        "female": "María Lucía Sofía Martina Paula Carmen Begoña Inés Ángela Pilar Nuria Rocío",
        "male": "José Antonio Manuel Álvaro Javier Íñigo Sergio Pablo Andrés Raúl Óscar Martín",
    },
    "de": {
        "female": "Emma Hannah Jördis Lena Käthe Marie Sabine Ursula Bärbel Greta Heike Renate "
        "Anja Birgit Clara Dagmar Elke Franziska Gisela Ingrid Katrin Lotte Nora Petra Svenja",
        "male": "Jürgen Björn Lukas Finn Günther Stefan Matthias Jörg Klaus Thomas Uwe Sören "
        "Andreas Bernd Christian Dieter Emil Fabian Gerhard Holger Jan Konrad Martin Oliver Ralf",
    },
}
SURNAMES = {
    "en": "Smith Jones Taylor Brown Wilson Evans Walker Wright Roberts Clarke Hughes Edwards Green "
    "Hall Wood Harris Martin Cooper King Lee Baker Ward Turner Hill Moore Bailey Cox Shaw "
    "Parker Morris Rogers Carter Phillips Watson Brooks Kelly Sanders Price Bennett Gray Foster "
    "Palmer Webb Simpson Ellis Hunt Mason Knight Butler Pearce Holmes Marsh Burton Fox Barker",
    "pl": "Nowak Wójcik Kowalczyk Woźniak Mazur Krawczyk Zając Król Wróbel Wieczorek Stępień "
    "Dąbek Żak Gołąb Pawlak Sikora Dudek Bąk Włodarczyk Pietrzak Jaworek Śliwa Łuczak Ciołek "
    "Wrona Kubiak Szulc Kaczmarek Sobczak Czerwiak Baran Urban Kania Tomczyk Marek Lis Mróz "
    "Sroka Kozak Bielak Wilk Maj Gajda Kurek Bednarz Chmiel Duda Furman Gęsiarz Hajduk Jurek "
    "Adamczyk Bartosik Białek Bielec Biernat Błaszczyk Bogusz Borek Bryła Bujak Cebula Chudzik "
    "Cichoń Czajka Czapla Czech Dobosz Drozd Dziedzic Filipiak Frączek Gawron Góral Grabiec Guzik "
    "Janik Jasiak Kalisz Kaźmierczak Kępa Kłos Kmiecik Kołodziej Korzeń Kosiba Kot Kruk Krupa Kuc "
    "Kukla Kupiec Łapa Majchrzak Michalak Misiak Motyl Musiał Niemiec Olejnik Orzech Owczarek "
    "Pająk Panek Piątek Pięta Pietras Piwowar Płatek Rak Ratajczak Skiba Słowik Socha Stachura "
    "Szewczyk Szymczak Świerk Tkacz Walczak Wawrzyniak Wójtowicz Wypych Zaremba Zawada Zięba Żuk",
    "ru": "Шевченко/Shevchenko Бондаренко/Bondarenko Коваленко/Kovalenko Черных/Chernykh "
    "Седых/Sedykh Мельник/Melnik Ткаченко/Tkachenko Руденко/Rudenko Долгих/Dolgikh "
    "Ким/Kim Лысенко/Lysenko Гончар/Gonchar Сухих/Sukhikh Мороз/Moroz Дубко/Dubko "
    "Савченко/Savchenko Кравченко/Kravchenko Марченко/Marchenko Павленко/Pavlenko "
    "Гриценко/Gritsenko Демченко/Demchenko Яценко/Yatsenko Титаренко/Titarenko Левченко/Levchenko "
    "Ковальчук/Kovalchuk Бойко/Boyko Гаврилюк/Gavrilyuk Романюк/Romanyuk Климчук/Klimchuk "
    "Назарчук/Nazarchuk Заяц/Zayats Кравец/Kravets Швец/Shvets Жук/Zhuk Козел/Kozel Белых/Belykh "
    "Крутых/Krutykh Живаго/Zhivago Дурново/Durnovo Гулько/Gulko Сенько/Senko Ярош/Yarosh",
    "zh": "王/Wang 李/Li 张/Zhang 刘/Liu 陈/Chen 杨/Yang 黄/Huang 赵/Zhao 吴/Wu 周/Zhou 徐/Xu "
    "孙/Sun 马/Ma 朱/Zhu 胡/Hu 林/Lin 郭/Guo 何/He 高/Gao 罗/Luo "
    "梁/Liang 宋/Song 郑/Zheng 谢/Xie 韩/Han 唐/Tang 冯/Feng 于/Yu 董/Dong 萧/Xiao 程/Cheng 曹/Cao "
    "袁/Yuan 邓/Deng 许/Hsu 傅/Fu 沈/Shen 曾/Zeng 彭/Peng 吕/Lu",
    "es": "García Fernández González Rodríguez López Martínez Sánchez Pérez Gómez Muñoz Álvarez "
    "Jiménez Ruiz Hernández Díaz Moreno Núñez Ibáñez Castaño Peña Vázquez Suárez Ortega Gil "
    "Serrano Blanco Molina Ortiz Delgado Castro Rubio Marín Sanz Iglesias Medina Garrido Cortés",
    "de": "Müller Schmidt Schneider Fischer Weber Meyer Wagner Becker Schulz Hoffmann Koch Richter "
    "Klein Wolf Schröder Neumann Schwarz Zimmermann Krüger Köhler Groß Weiß Böhm Jäger "
    "Lange Krause Lehmann Schmitz Maier Huber Fuchs Vogel Friedrich Keller Günther Frank Berger "
    "Winkler Roth Beck Lorenz Baumann Franke Albrecht Simon Ludwig Winter Kraus Martin Schubert",
}

# City, postcode pattern ('#' is a digit); the first city of a country is the biggest.
CITIES = {
    "PL": ("Warszawa/00-###", "Kraków/30-###", "Gdańsk/80-###", "Łódź/90-###"),
    "DE": ("Berlin/10###", "Köln/50###", "München/80###"),
    "ES": ("Madrid/280##", "Sevilla/410##"),
    "GB": ("London/SE# #AB", "Leeds/LS# #DQ"),
}
STREETS = {
    "PL": "ul. Długa,ul. Źródlana,ul. Kwiatowa,al. Wolności,ul. Świętego Jana,ul. Lipowa",
    "DE": "Hauptstraße,Gartenstraße,Schloßallee,Lindenweg,Bahnhofstraße,Mühlgasse",
    "ES": "Calle Mayor,Calle del Sol,Avenida de la Constitución,Calle Peñuelas,Plaza Nueva",
    "GB": "High Street,Station Road,Church Lane,Mill Hill,Victoria Road,Green Lane",
}
MAIL_HOSTS = ("example.com", "example.org", "example.net", "mail.example", "post.example")

# Country code, first digits of a mobile number, how many digits follow.
MOBILE_NUMBERS = {
    "PL": ("+48", "60", 7),
    "DE": ("+49", "151", 8),
    "ES": ("+34", "62", 7),
    "GB": ("+44", "73", 8),
}

# Addresses of people who don't want to give one.
JUNK_EMAILS = ("test@test.com", "none@none.com", "noreply@example.com", "asdf@asdf.com")

_LATIN = str.maketrans(
    "ąćęłńóśźżĄĆĘŁŃÓŚŹŻáéíúñÁÉÍÚÑüöäÜÖÄ", "acelnoszzACELNOSZZaeiunAEIUNuoaUOA", "'"
)


def spellings(words: str) -> tuple[np.ndarray, np.ndarray]:
    """The names of a list in their own script, and in plain Latin letters for addresses."""
    pairs = [word.partition("/") for word in words.split()]
    own = np.array([native for native, _, _ in pairs], dtype=object)
    latin = [(plain or native).translate(_LATIN).replace("ß", "ss") for native, _, plain in pairs]
    return own, np.array([name.lower() for name in latin], dtype=object)
